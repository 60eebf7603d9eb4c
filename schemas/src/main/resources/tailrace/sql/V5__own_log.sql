-- Where a channel's events are in the log depends on which kinds have partitions of their own (log: own in a contract). A
-- channel's order lives in one partition, so a relay carries a numbering only under the contracts it was begun with.
alter table tailrace.incarnation
  add column own_logs text[] not null default '{}'; -- kinds with partitions of their own, by name
