-- Who may touch what, what an administrator did, and work over many channels.
--
-- What a product may rely on, beside V1's interface:
--   role tailrace_service      has exactly the rights that the running write-service needs; it cannot log in
--   tailrace.outbox            shows a product's role the rows of its own tenant, where it is granted SELECT
--   tailrace.audit             append only, for everybody
-- Scripts run as the role that owns the schema; the running service needs no more than tailrace_service.

do $$
begin
  if not exists (select from pg_roles where rolname = 'tailrace_service') then
    begin
      create role tailrace_service nologin;
    exception
      when duplicate_object or unique_violation then
        null; -- made by another database of this server at the same time
      when insufficient_privilege then
        raise exception 'the database role "%" may not create the role tailrace_service', current_user
          using errcode = 'insufficient_privilege',
                hint = format('As a superuser: create role tailrace_service nologin; grant tailrace_service to %I with admin option', current_user);
    end;
  end if;
  if not pg_has_role(current_user, 'tailrace_service', 'member') then
    begin
      execute format('grant tailrace_service to %I', current_user);
    exception when insufficient_privilege then
      raise exception 'the database role "%" is no member of the role tailrace_service', current_user
        using errcode = 'insufficient_privilege',
              hint = format('As a superuser: grant tailrace_service to %I', current_user);
    end;
  end if;
end
$$;

-- The tenant of a role that the session has or may take on; null for any other, so that nobody learns whom else
-- this database serves.
create function tailrace.tenant_of(role name) returns text
language sql stable security definer
set search_path = pg_catalog, pg_temp
return (select r.tenant from tailrace.tenant_role r
        where r.role = tenant_of.role and pg_has_role(session_user, tenant_of.role, 'member'));

comment on function tailrace.tenant_of is 'The tenant that a role of the caller''s publishes for, or null.';

-- A role that is granted SELECT on the outbox sees the rows of its own tenant and no other. The owner and roles with
-- BYPASSRLS see all; trusted writers that use COPY need to be one of these, since PostgreSQL has no COPY FROM under
-- row security. Partitions are reached through the table only: nobody is granted anything on them.
alter table tailrace.outbox enable row level security;
create policy service on tailrace.outbox to tailrace_service using (true) with check (true);
create policy tenant_reads on tailrace.outbox for select to public
  using (tenant = (select tailrace.tenant_of(current_user)));

-- What was done by whom, written in the transaction that does it. Append only: the services' role may not change it
-- either, and the triggers refuse everybody, also while a session replays for replication. Only times and numbers
-- that the database gives are taken. It is not trimmed: who wants that archives the table and makes a new one.
create table tailrace.audit (
  id      bigint      generated always as identity primary key,
  at      timestamptz not null default clock_timestamp(),
  tenant  text        not null,
  actor   text,                 -- the user of the token; null: the service itself
  action  text        not null, -- such as broadcast.accepted, member.set, key.added
  target  text        not null, -- what it was done to: a job's id, a channel, a key's name
  detail  json        not null default '{}',
  reason  text,
  reached int                   -- of broadcasts: in how many channels it has been written
);
create index audit_of_tenant on tailrace.audit (tenant, id);
comment on table tailrace.audit is 'What administrators and keys did. Append only.';

create function tailrace.refuse_change() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'tailrace.% is append only: % is refused', tg_table_name, lower(tg_op)
    using errcode = 'insufficient_privilege', hint = 'Add a row that says what is right.';
end
$$;
create trigger append_only before update or delete or truncate on tailrace.audit
  for each statement execute function tailrace.refuse_change();
alter table tailrace.audit enable always trigger append_only;

-- Work over many channels. The row is the job: where it stands is changed in the commit that writes the events.
create table tailrace.broadcast (
  tenant      text        not null,
  id          uuid        not null,
  author      text        not null,
  type        text        not null,
  entity      text,
  data        json        not null,
  traceparent text        not null,
  reason      text        not null,
  channels    text[]      not null check (cardinality(channels) between 1 and 10000),
  body_hash   bytea       not null,
  state       text        not null default 'waiting' check (state in ('waiting', 'running', 'done', 'cancelled', 'failed')),
  reached     int         not null default 0 check (reached between 0 and cardinality(channels)),
  failure     text,                 -- why it failed
  created_at  timestamptz not null default clock_timestamp(),
  touched_at  timestamptz not null default clock_timestamp(), -- its last chunk; who waited longest is next
  finished_at timestamptz,
  primary key (tenant, id)
);
create index broadcast_open on tailrace.broadcast (touched_at) where state in ('waiting', 'running');
create index broadcast_of_tenant on tailrace.broadcast (tenant, created_at);
comment on table tailrace.broadcast is 'Jobs that write one event to many channels.';

-- The keys that tokens were last seen to be signed with, so that several services tell a change once. Of a shared
-- secret the name is a digest with the salt, which never leaves the database, so that nobody who reads the audit can
-- try guesses.
create table tailrace.key_known (
  tenant text not null,
  key    text not null,
  primary key (tenant, key)
);
create table tailrace.key_salt (
  one  boolean primary key default true check (one),
  salt bytea   not null
);
insert into tailrace.key_salt (salt)
values (sha256((gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text)::bytea));

-- Partitions are made and dropped with the owner's rights, by these two functions and in no other way.
alter function tailrace.make_partitions(date, int) security definer;
alter function tailrace.drop_partitions(timestamptz) security definer;

-- A change of membership is told wherever it comes from, HTTP or SQL, in its own transaction. Events that are only
-- written again change no role. A product that knows why says: set local tailrace.reason = '...'.
create function tailrace.audit_member() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into tailrace.audit (tenant, actor, action, target, detail, reason)
  values (new.tenant, new.changed_by,
    case when new.role is null then 'member.removed' else 'member.set' end,
    new.channel,
    json_build_object('user', new."user", 'role', new.role, 'event', new.event),
    left(nullif(current_setting('tailrace.reason', true), ''), 1000));
  return null;
end
$$;

revoke execute on function tailrace.tenant_of, tailrace.refuse_change, tailrace.audit_member from public;
grant execute on function tailrace.tenant_of to public;

grant usage on schema tailrace to tailrace_service;
grant select, insert on tailrace.outbox to tailrace_service;
grant select, insert, delete on tailrace.written to tailrace_service;
grant select, insert, update on tailrace.kind to tailrace_service;
grant select on tailrace.outbox_kept, tailrace.incarnation, tailrace.key_salt to tailrace_service;
grant select, insert (tenant, actor, action, target, detail, reason, reached) on tailrace.audit to tailrace_service;
grant select, insert, delete on tailrace.broadcast, tailrace.key_known to tailrace_service;
grant update (state, reached, failure, touched_at, finished_at) on tailrace.broadcast to tailrace_service;
grant execute on function tailrace.make_partitions, tailrace.drop_partitions to tailrace_service;

create trigger audit_set after insert on tailrace.member
  for each row execute function tailrace.audit_member();
create trigger audit_changed after update of role on tailrace.member
  for each row when (old.role is distinct from new.role) execute function tailrace.audit_member();
grant select, insert, update on tailrace.member to tailrace_service;
grant select, insert on tailrace.closed, tailrace.channel to tailrace_service;
grant execute on function tailrace.bucket, tailrace.check_publish, tailrace.change_member, tailrace.may_close,
  tailrace.register, tailrace.member_data, tailrace.refresh_members to tailrace_service;

do $$
begin
  if to_regclass('tailrace.migration') is not null then
    grant select on tailrace.migration to tailrace_service;
  end if;
end
$$;
