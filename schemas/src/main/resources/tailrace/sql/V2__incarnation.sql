-- Which numbering of the log this database feeds. The relay reads it to know its slot, tailrace_<number>, and the
-- epoch of all that it carries. A rebuild adds a row before it publishes anything and completes it at its end, so
-- that one which was cut off is known as such, and no number is ever used twice.
create table tailrace.incarnation (
  number      int         primary key check (number >= 1),
  begun_at    timestamptz not null default clock_timestamp(),
  complete_at timestamptz -- null: a rebuild that has not ended; only the next number can follow it
);

comment on table tailrace.incarnation is 'The numberings of the log; the highest is the one in force.';

-- The first one has nothing to publish again.
insert into tailrace.incarnation (number, complete_at) values (1, clock_timestamp());
