-- The database part of Tailrace. Everything lives in the schema "tailrace".
--
-- What a product may rely on (the published interface):
--   tailrace.publish(...)      publishes an event inside the caller's own transaction
--   tailrace.tenant_role       which database role publishes for which tenant
--   tailrace.outbox            may be read; trusted writers may INSERT or COPY into it
--   publication "tailrace"     the stream of committed events in commit order
-- Everything else is for the services.
--
-- Needs PostgreSQL 14 or later with wal_level = logical, track_commit_timestamp = on and the encoding UTF8.
-- The role that runs this owns the objects; the services use that role.

create schema if not exists tailrace;

do $$
begin
  if current_setting('server_version_num')::int < 140000 then
    raise exception 'Tailrace needs PostgreSQL 14 or later, this is %', current_setting('server_version');
  end if;
  if current_setting('server_encoding') <> 'UTF8' then
    raise exception 'Tailrace needs a database with the encoding UTF8, this one has %', current_setting('server_encoding')
      using hint = 'Create it with: create database ... encoding ''UTF8'' template template0';
  end if;
end
$$;

-- Ids begin with the time (RFC 9562, version 7), so that the index on them grows at one end instead of
-- touching a page at random, and logging it whole, for every row.
do $$
begin
  if current_setting('server_version_num')::int >= 180000 then
    create function tailrace.new_id() returns uuid language sql volatile parallel safe
      return uuidv7();
  else
    create function tailrace.new_id() returns uuid language sql volatile parallel safe
      return encode(
        set_bit(set_bit(
          overlay(uuid_send(gen_random_uuid())
            placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
          52, 1), 53, 1), 'hex')::uuid;
  end if;
end
$$;

-- True for an event that may stand in the outbox, an error that says what is wrong for any other.
-- One function instead of a constraint for each rule: PostgreSQL parses the text of every constraint anew for
-- each statement, which made up two thirds of the time of a single-row insert.
create function tailrace.check_event(
  tenant text, channel text, type text, entity text, author text, data json, traceparent text
) returns boolean
language plpgsql immutable parallel safe
as $$
declare
  colon int := position(':' in channel);
begin
  if length(tenant) > 63 or tenant collate "C" !~ '^[a-z0-9][a-z0-9-]*$' then
    raise exception 'not a tenant: "%"', left(tenant, 80)
      using errcode = 'check_violation',
            hint = 'A tenant is a small letter or digit, then at most 62 of a-z 0-9 -';
  end if;
  if colon > 33 or length(channel) - colon > 200 or channel collate "C" !~ '^[a-z][a-z0-9-]*:[A-Za-z0-9._~-]+$' then
    raise exception 'not a channel: "%"', left(channel, 240)
      using errcode = 'check_violation',
            hint = 'A channel is kind:id. kind: a small letter, then at most 31 of a-z 0-9 -. id: 1 to 200 of A-Z a-z 0-9 . _ ~ -';
  end if;
  if length(type) > 128 or type collate "C" !~ '^[A-Za-z][A-Za-z0-9._-]*$' then
    raise exception 'not an event type: "%"', left(type, 140)
      using errcode = 'check_violation',
            hint = 'A type is a letter, then at most 127 of A-Z a-z 0-9 . _ -, for example message.posted';
  end if;
  if length(entity) not between 1 and 200 or entity collate "C" ~ '[\x01-\x1f\x7f]' then
    raise exception 'entity must have 1 to 200 characters and no control character'
      using errcode = 'check_violation', hint = 'Leave entity out (null) if the event has none.';
  end if;
  if length(author) not between 1 and 200 or author collate "C" ~ '[\x01-\x1f\x7f]' then
    raise exception 'author must have 1 to 200 characters and no control character'
      using errcode = 'check_violation', hint = 'Leave author out (null) if the event has none.';
  end if;
  if length(traceparent) <> 55 or traceparent collate "C" !~ '^00-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+$'
    or substr(traceparent, 36, 1) <> '-' or substr(traceparent, 53, 1) <> '-' then
    raise exception 'not a W3C traceparent: "%"', left(traceparent, 60)
      using errcode = 'check_violation',
            hint = 'It looks like 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, or is left out.';
  end if;
  if octet_length(data::text) > 524288 then
    raise exception 'data has % bytes, at most 524288 fit a message', octet_length(data::text)
      using errcode = 'check_violation',
            hint = 'Keep large content elsewhere and publish a reference to it.';
  end if;
  if position(chr(13) in data::text) > 0 then
    raise exception 'data has a raw carriage return'
      using errcode = 'check_violation',
            hint = 'It can only stand between tokens, where it means nothing: leave it out. tailrace.publish does so by itself.';
  end if;
  return true;
end
$$;

-- The outbox: the record of all events, and what the relay reads. Append only.
-- data is json, not jsonb, because jsonb rewrites numbers and the order of fields. It has no raw carriage return,
-- at which SSE would end a line, so that the same bytes travel on every path.
-- A row's place in its channel is the place of its commit in the WAL; created_at only chooses the partition.
create table tailrace.outbox (
  id          uuid        not null default tailrace.new_id(),
  tenant      text        not null,
  channel     text        not null, -- kind:id
  type        text        not null,
  entity      text,
  author      text,
  data        json        not null,
  traceparent text,                 -- W3C Trace Context
  created_at  timestamptz not null default clock_timestamp(),
  primary key (id, created_at),
  constraint well_formed check (tailrace.check_event(tenant, channel, type, entity, author, data, traceparent))
) partition by range (created_at);

comment on table tailrace.outbox is 'All events, in the order of their commits. Append only; partitions fall off by retention.';

-- A row that no daily partition takes lands here instead of failing its writer's transaction.
create table tailrace.outbox_default partition of tailrace.outbox default;

-- How far back the outbox is complete: rows older than this were dropped on purpose.
create table tailrace.outbox_kept (
  one   boolean     primary key default true check (one),
  since timestamptz not null
);
insert into tailrace.outbox_kept (since) values ('-infinity');

-- Makes writes idempotent: (tenant, author, key) has been written once, with this body, as these events.
create table tailrace.written (
  tenant     text        not null,
  author     text        not null,
  key        text        not null,
  body_hash  bytea       not null,
  ids        uuid[]      not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant, author, key)
);
create index written_created_at on tailrace.written using brin (created_at);

-- Which tenant a database role publishes for. Grant the door to a role of your product with
--   insert into tailrace.tenant_role values ('shop_backend', 'shop');
create table tailrace.tenant_role (
  role   name primary key,
  tenant text not null
    constraint tenant_is_a_name check (length(tenant) <= 63 and tenant collate "C" ~ '^[a-z0-9][a-z0-9-]*$')
);

-- The kinds and their size caps, written by write-service from the contracts at its start.
create table tailrace.kind (
  name           text primary key,
  data_bytes_max int  not null check (data_bytes_max between 1 and 524288)
);

create publication tailrace for table tailrace.outbox
  with (publish = 'insert', publish_via_partition_root = true);

-- Publishes an event in the caller's transaction: it is seen by subscribers if and when that commits.
-- The tenant is the one of the caller's role (after SET ROLE: of that role). The names and the kind's size cap
-- are checked; that data fits the kind's schema is trusted. Returns the event's id.
-- SECURITY DEFINER, so that callers need no right on the table, with which they could write for other tenants.
create function tailrace.publish(
  channel text, type text, data json,
  entity text default null, author text default null, id uuid default null, traceparent text default null
) returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  caller name := coalesce(nullif(current_setting('role'), 'none'), session_user);
  body   text := data::text;
  kind   text := split_part(channel, ':', 1);
  event  uuid := coalesce(id, tailrace.new_id());
  owner  text;
  cap    int;
begin
  select r.tenant into owner from tailrace.tenant_role r where r.role = caller;
  if not found then
    raise exception 'the database role "%" publishes for no tenant', caller
      using errcode = 'insufficient_privilege',
            hint = format('As the owner of the schema: insert into tailrace.tenant_role values (%L, ''<tenant>'')', caller);
  end if;
  if channel is null or type is null or data is null then
    raise exception 'channel, type and data must not be null'
      using errcode = 'null_value_not_allowed',
            hint = 'A JSON null as data is written ''null''::json.';
  end if;
  select k.data_bytes_max into cap from tailrace.kind k where k.name = kind;
  if not found then
    if exists (select from tailrace.kind) then
      raise exception 'there is no kind "%"', kind
        using errcode = 'invalid_parameter_value',
              hint = 'The kinds are: ' || (select string_agg(k.name, ', ' order by k.name) from tailrace.kind k);
    end if;
    cap := 524288;
  end if;
  if position(E'\r' in body) > 0 then
    body := replace(body, E'\r', '');
  end if;
  if octet_length(body) > cap then
    raise exception 'data has % bytes, the kind "%" takes at most %', octet_length(body), kind, cap
      using errcode = 'program_limit_exceeded',
            hint = 'Keep large content elsewhere and publish a reference to it.';
  end if;
  insert into tailrace.outbox (id, tenant, channel, type, entity, author, data, traceparent)
  values (event, owner, channel, type, entity, author, body::json, traceparent);
  return event;
end
$$;

comment on function tailrace.publish is
  'Publishes an event in the caller''s transaction, for the tenant of the caller''s role. Returns its id.';

-- Makes the partitions of `days` days from `first` (UTC) where they are missing; returns how many it made.
-- A table is made aside and attached, which lets writers go on. A day some of whose rows are already in the
-- default partition stays there as a whole: moving rows would publish them a second time.
create function tailrace.make_partitions(first date, days int) returns int
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set lock_timeout = '200ms'
as $$
declare
  made int := 0;
  day  date;
  part text;
begin
  for offset_days in 0 .. days - 1 loop
    day := first + offset_days;
    part := 'outbox_' || to_char(day, 'YYYYMMDD');
    continue when to_regclass('tailrace.' || part) is not null;
    continue when exists (
      select from tailrace.outbox_default d
      where d.created_at >= day::timestamptz and d.created_at < (day + 1)::timestamptz);
    begin
      execute format('create table tailrace.%I (like tailrace.outbox including defaults including constraints)', part);
      execute format('alter table tailrace.outbox attach partition tailrace.%I for values from (%L) to (%L)',
        part, day::timestamptz, (day + 1)::timestamptz);
      made := made + 1;
    exception when check_violation then
      -- A row of that day came into the default partition meanwhile.
      null;
    end;
  end loop;
  return made;
end
$$;

-- Drops the rows older than `before`, whole days only, and says so in outbox_kept; returns how many
-- partitions it dropped. Writers queue behind a drop that waits for a lock: it gives up soon and is tried again.
create function tailrace.drop_partitions(before timestamptz) returns int
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set lock_timeout = '200ms'
as $$
declare
  cutoff  timestamptz := date_trunc('day', before);
  dropped int := 0;
  part    text;
begin
  for part in
    select c.relname
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'tailrace.outbox'::regclass and c.relname ~ '^outbox_[0-9]{8}$'
      and (to_date(substr(c.relname, 8), 'YYYYMMDD') + 1)::timestamptz <= cutoff
    order by c.relname
  loop
    execute format('drop table tailrace.%I', part);
    dropped := dropped + 1;
  end loop;
  delete from tailrace.outbox_default d where d.created_at < cutoff;
  if dropped > 0 or found then
    update tailrace.outbox_kept set since = greatest(since, cutoff);
  end if;
  return dropped;
end
$$;

select tailrace.make_partitions((clock_timestamp() at time zone 'UTC')::date, 8);

-- Everybody may call publish; whom it serves is decided by tenant_role.
grant usage on schema tailrace to public;
revoke execute on all functions in schema tailrace from public;
grant execute on function tailrace.publish, tailrace.new_id, tailrace.check_event to public;
