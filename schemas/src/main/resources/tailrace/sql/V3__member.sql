-- Who belongs to a channel, and which channels there are.
--
-- What a product may rely on (the published interface), beside what stands in V1:
--   tailrace.set_member(...)     adds somebody to a channel, or changes the role, in the caller's own transaction
--   tailrace.remove_member(...)  takes somebody out of it
--   tailrace.member, tailrace.closed   may be read
-- Everything else is for the services. Nobody but the functions here writes to these tables.
--
-- What decides between two transactions (each rule has a test that fails without it):
--   publishing against a change of a member   the member's row: a publisher holds it FOR SHARE until its commit
--   publishing against the closing            the bucket: a publisher holds it shared, the closing exclusively
--   one change against another                the row's lock; before there is a row, the bucket
-- A publisher waits for none of them: what it cannot have at once it is told, and comes again. A change waits, in one
-- order: the bucket, then rows by their users, then a row that another one is just making. So no two of them can
-- wait for each other.

-- What the channels of a kind need, written by write-service from the contracts at its start.
alter table tailrace.kind
  add column registers boolean not null default false, -- its channels are kept in tailrace.channel
  add column members   boolean not null default false, -- its channels can have members
  add column roles     text[]  not null default '{}',  -- what a member can be
  add column scanned   boolean not null default false; -- channels from before registers was on are kept too

-- The record of membership. A row stays when somebody is removed: then it has no role.
create table tailrace.member (
  tenant     text collate "C" not null,
  channel    text collate "C" not null, -- kind:id
  "user"     text collate "C" not null,
  role       text,                      -- null: removed
  event      uuid        not null,      -- the event that says so; the latest one, where it was said again
  changed_at timestamptz not null,      -- since when the role is what it is
  changed_by text,                      -- who made it so
  event_at   timestamptz not null,      -- when the event was written; it is written again before it leaves retention
  primary key (tenant, channel, "user")
);
create index member_event_at on tailrace.member (event_at);

comment on table tailrace.member is 'Who belongs to a channel, as what. Written by set_member and remove_member alone.';

-- The channels that have had a member: closed to everybody else, for ever.
create table tailrace.closed (
  tenant  text collate "C" not null,
  channel text collate "C" not null,
  primary key (tenant, channel)
);

-- The channels that exist, of the kinds that must know. An index without uniqueness: two who make a channel at the
-- same moment both write it, which does no harm, and neither waits for the other.
create table tailrace.channel (
  tenant     text collate "C" not null,
  channel    text collate "C" not null,
  "user"     text,                      -- who made it
  created_at timestamptz not null default clock_timestamp()
);
create index channel_name on tailrace.channel (tenant, channel);

-- The advisory lock that stands for a channel: one of 1,024, so that one transaction that changes many channels
-- cannot fill the server's table of locks. "tailb" in ASCII, then the number.
create function tailrace.bucket(tenant text, channel text) returns bigint
language sql immutable parallel safe
return x'7461696c62000000'::bigint + (hashtext(tenant || '/' || channel) & 1023);

-- Whether the callers may publish: one entry for each channel, author and contract of a batch. Returns only what is
-- to be done about an entry: 'refused'; 'busy': somebody is changing what decides, so come again; 'new': allowed, and
-- the channel is to be registered.
--   asks       0: membership does not matter; 1: members, and everybody while the channel is open; 2: members alone
--   roles      of members that may publish, with commas between them
--   creates    whether the author may make the channel, should it not be there
--   registers  whether the channel is not known to be registered
-- It must be volatile: each statement in here then sees what was committed before it began, and what is decided
-- after a lock was had is decided on what that lock protects.
create function tailrace.check_publish(
  tenants text[], channels text[], users text[], asks int[], roles text[], creates boolean[], registers boolean[]
) returns table (entry int, verdict text, tenant text, channel text, "user" text)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
  busy      bigint[];
  closed_n  int[];
  closed_t  text[];
  closed_c  text[];
  closed_u  text[];
  closed_r  text[];
  granted   int[];
begin
  select array_agg(b.bucket) into busy
  from (
    select distinct tailrace.bucket(e.tenant, e.channel) as bucket
    from unnest(tenants, channels) as e(tenant, channel)
    offset 0) b
  where not pg_try_advisory_xact_lock_shared(b.bucket);

  if busy is not null then
    return query
      select e.n::int, 'busy', null::text, null::text, null::text
      from unnest(tenants, channels) with ordinality as e(tenant, channel, n)
      where tailrace.bucket(e.tenant, e.channel) = any (busy);
  end if;

  select array_agg(e.n::int), array_agg(e.tenant), array_agg(e.channel), array_agg(e."user"), array_agg(e.roles)
  into closed_n, closed_t, closed_c, closed_u, closed_r
  from unnest(tenants, channels, users, asks, roles) with ordinality as e(tenant, channel, "user", asks, roles, n)
  where e.asks > 0
    and (e.asks = 2
      or (select true from tailrace.closed x where x.tenant = e.tenant and x.channel = e.channel limit 1))
    and (busy is null or tailrace.bucket(e.tenant, e.channel) <> all (busy));

  if closed_n is not null then
    select array_agg(e.n) into granted
    from unnest(closed_n, closed_t, closed_c, closed_u, closed_r) as e(n, tenant, channel, "user", roles)
    cross join lateral (
      select from tailrace.member m
      where m.tenant = e.tenant and m.channel = e.channel and m."user" = e."user"
        and m.role = any (string_to_array(e.roles, ','))
      for share skip locked) m;
    if granted is null or cardinality(granted) < cardinality(closed_n) then
      -- A row that would do and was not had is held by somebody who changes it.
      return query
        select e.n,
          case when exists (
            select from tailrace.member m
            where m.tenant = e.tenant and m.channel = e.channel and m."user" = e."user"
              and m.role = any (string_to_array(e.roles, ',')))
          then 'busy' else 'refused' end,
          null::text, null::text, null::text
        from unnest(closed_n, closed_t, closed_c, closed_u, closed_r) as e(n, tenant, channel, "user", roles)
        where granted is null or e.n <> all (granted);
    end if;
  end if;

  if true = any (registers) then
    return query
      select e.n::int, case when e.creates then 'new' else 'refused' end, e.tenant, e.channel, e."user"
      from unnest(tenants, channels, users, creates, registers) with ordinality
        as e(tenant, channel, "user", creates, registers, n)
      where e.registers
        and not exists (select from tailrace.channel c where c.tenant = e.tenant and c.channel = e.channel)
        and (busy is null or tailrace.bucket(e.tenant, e.channel) <> all (busy));
  end if;
end
$$;

-- Sets a member's role, or removes them where the role is null, with everything that belongs to it, in the caller's
-- transaction. Returns 'changed', 'same': it was so before and nothing was written, or 'refused'.
--   event, at  id and time of the event, should one be written
--   creates    whether the author may make the channel, should it not be there
--   changes    whether the author may change the members of every channel
--   changers   the roles whose members may change the members of theirs
create function tailrace.change_member(
  of_tenant text, of_channel text, of_user text, new_role text, author text, event uuid, at timestamptz,
  traceparent text, creates boolean, changes boolean, changers text[]
) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  removes_self boolean := new_role is null and author is not null and author = of_user;
  is_closed    boolean := exists (select from tailrace.closed x where x.tenant = of_tenant and x.channel = of_channel);
  may          boolean;
  said_before  int;
begin
  if not is_closed then
    -- Whoever may not is told so before the lock: it keeps others waiting.
    if not removes_self and not tailrace.may_close(of_tenant, of_channel, creates, changes) then
      return 'refused';
    end if;
    if new_role is null then
      return 'same';
    end if;
    perform pg_advisory_xact_lock(tailrace.bucket(of_tenant, of_channel));
    is_closed := exists (select from tailrace.closed x where x.tenant = of_tenant and x.channel = of_channel);
  end if;

  if is_closed then
    begin
      perform from tailrace.member m
      where m.tenant = of_tenant and m.channel = of_channel and m."user" in (of_user, author)
      order by m."user"
      for no key update nowait;
    exception when lock_not_available then
      -- Publishers share the row among each other and would never leave a gap: with the bucket no new one begins.
      perform pg_advisory_xact_lock(tailrace.bucket(of_tenant, of_channel));
      perform from tailrace.member m
      where m.tenant = of_tenant and m.channel = of_channel and m."user" in (of_user, author)
      order by m."user"
      for no key update;
    end;
    may := removes_self or changes or exists (
      select from tailrace.member m
      where m.tenant = of_tenant and m.channel = of_channel and m."user" = author and m.role = any (changers));
  else
    may := tailrace.may_close(of_tenant, of_channel, creates, changes);
  end if;
  if not may then
    return 'refused';
  end if;

  if new_role is null then
    update tailrace.member m
    set role = null, event = change_member.event, changed_at = at, changed_by = author, event_at = at
    where m.tenant = of_tenant and m.channel = of_channel and m."user" = of_user and m.role is not null;
  else
    insert into tailrace.member as m (tenant, channel, "user", role, event, changed_at, changed_by, event_at)
    values (of_tenant, of_channel, of_user, new_role, change_member.event, at, author, at)
    on conflict (tenant, channel, "user") do update
    set role = excluded.role, event = excluded.event, changed_at = excluded.changed_at,
      changed_by = excluded.changed_by, event_at = excluded.event_at
    where m.role is distinct from excluded.role;
  end if;
  get diagnostics said_before = row_count;
  if said_before = 0 then
    return 'same';
  end if;

  if not is_closed then
    insert into tailrace.closed (tenant, channel) values (of_tenant, of_channel) on conflict do nothing;
    perform tailrace.register(of_tenant, of_channel, author);
  end if;
  insert into tailrace.outbox (id, tenant, channel, type, entity, author, data, traceparent, created_at)
  values (change_member.event, of_tenant, of_channel,
    case when new_role is null then 'member.removed' else 'member.set' end,
    'member:' || of_user, author, tailrace.member_data(new_role), change_member.traceparent, at);
  -- What else must be committed with a change of membership, such as a line of an audit, is written here.
  return 'changed';
end
$$;

-- Whether somebody may set the first member of a channel that has had none.
create function tailrace.may_close(of_tenant text, of_channel text, creates boolean, changes boolean) returns boolean
language sql volatile
return case
  when exists (select from tailrace.channel c where c.tenant = of_tenant and c.channel = of_channel) then changes
  else creates end;

-- Keeps a channel among those that exist.
create function tailrace.register(of_tenant text, of_channel text, of_user text) returns void
language sql volatile
as $$
  insert into tailrace.channel (tenant, channel, "user")
  select of_tenant, of_channel, of_user
  where not exists (select from tailrace.channel c where c.tenant = of_tenant and c.channel = of_channel);
$$;

-- The data of the event that says a role; null: removed.
create function tailrace.member_data(role text) returns json language sql immutable parallel safe
return case when role is null then '{}' else '{"role":"' || role || '"}' end::json;

-- Writes the events of members again whose last one was written before a time, so that every store that is built from
-- the log alone finds them. At most so many; returns how many. Who is just being changed is left for the next time.
create function tailrace.refresh_members(before timestamptz, at timestamptz, at_most int) returns int
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  written int;
begin
  with due as (
    select m.tenant, m.channel, m."user"
    from tailrace.member m
    where m.event_at < before
    order by m.event_at
    limit at_most
    for no key update skip locked
  ), again as (
    update tailrace.member m set event = tailrace.new_id(), event_at = at
    from due d
    where m.tenant = d.tenant and m.channel = d.channel and m."user" = d."user"
    returning m.*
  )
  insert into tailrace.outbox (id, tenant, channel, type, entity, author, data, created_at)
  select a.event, a.tenant, a.channel,
    case when a.role is null then 'member.removed' else 'member.set' end,
    'member:' || a."user", a.changed_by, tailrace.member_data(a.role), at
  from again a;
  get diagnostics written = row_count;
  return written;
end
$$;

-- The tenant for which the calling database role works (after SET ROLE: that role); an error where there is none.
create function tailrace.caller_tenant() returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  caller name := coalesce(nullif(current_setting('role'), 'none'), session_user);
  found_tenant text;
begin
  select r.tenant into found_tenant from tailrace.tenant_role r where r.role = caller;
  if not found then
    raise exception 'the database role "%" publishes for no tenant', caller
      using errcode = 'insufficient_privilege',
            hint = format('As the owner of the schema: insert into tailrace.tenant_role values (%L, ''<tenant>'')', caller);
  end if;
  return found_tenant;
end
$$;

-- Adds a user to a channel, or changes the role, in the caller's transaction. The first one closes the channel to
-- everybody else, for ever. Returns the event's id, or null where the user had that role before.
-- That the author may do so is trusted; the kind, its roles and the names are checked.
create function tailrace.set_member(channel text, "user" text, role text, author text default null) returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  of_tenant text := tailrace.caller_tenant();
  kind      text := split_part(channel, ':', 1);
  known     text[];
  event     uuid := tailrace.new_id();
begin
  if channel is null or "user" is null or role is null then
    raise exception 'channel, user and role must not be null'
      using errcode = 'null_value_not_allowed', hint = 'tailrace.remove_member takes somebody out of a channel.';
  end if;
  select k.roles into known from tailrace.kind k where k.name = kind and k.members;
  if not found then
    raise exception 'channels of the kind "%" have no members', left(kind, 40)
      using errcode = 'invalid_parameter_value', hint = 'The kind''s contract says so.';
  end if;
  if role <> all (known) then
    raise exception 'the kind "%" has no role "%"', kind, left(role, 40)
      using errcode = 'invalid_parameter_value', hint = 'Its roles are: ' || array_to_string(known, ', ');
  end if;
  return case tailrace.change_member(
    of_tenant, channel, "user", role, author, event, clock_timestamp(), null, true, true, '{}')
    when 'changed' then event end;
end
$$;

comment on function tailrace.set_member is
  'Gives a user a role in a channel, in the caller''s transaction. Returns the event''s id, or null where nothing changed.';

-- Takes a user out of a channel, in the caller's transaction. Returns the event's id, or null where the user was no member.
create function tailrace.remove_member(channel text, "user" text, author text default null) returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  of_tenant text := tailrace.caller_tenant();
  kind      text := split_part(channel, ':', 1);
  event     uuid := tailrace.new_id();
begin
  if channel is null or "user" is null then
    raise exception 'channel and user must not be null' using errcode = 'null_value_not_allowed';
  end if;
  if not exists (select from tailrace.kind k where k.name = kind and k.members) then
    raise exception 'channels of the kind "%" have no members', left(kind, 40)
      using errcode = 'invalid_parameter_value', hint = 'The kind''s contract says so.';
  end if;
  return case tailrace.change_member(
    of_tenant, channel, "user", null, author, event, clock_timestamp(), null, true, true, '{}')
    when 'changed' then event end;
end
$$;

comment on function tailrace.remove_member is
  'Takes a user out of a channel, in the caller''s transaction. Returns the event''s id, or null where nothing changed.';

-- As in V1; new are the events that only the functions above may write, and that a channel is registered.
create or replace function tailrace.publish(
  channel text, type text, data json,
  entity text default null, author text default null, id uuid default null, traceparent text default null
) returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  owner     text := tailrace.caller_tenant();
  body      text := data::text;
  kind      text := split_part(channel, ':', 1);
  event     uuid := coalesce(id, tailrace.new_id());
  cap       int;
  registers boolean;
begin
  if channel is null or type is null or data is null then
    raise exception 'channel, type and data must not be null'
      using errcode = 'null_value_not_allowed',
            hint = 'A JSON null as data is written ''null''::json.';
  end if;
  if starts_with(type, 'member.') or starts_with(entity, 'member:') then
    raise exception 'types that begin with member. and entities that begin with member: are not for publishing'
      using errcode = 'invalid_parameter_value',
            hint = 'Members are changed by tailrace.set_member and tailrace.remove_member.';
  end if;
  select k.data_bytes_max, k.registers into cap, registers from tailrace.kind k where k.name = kind;
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
  if registers then
    perform tailrace.register(owner, channel, author);
  end if;
  return event;
end
$$;

-- As in V1; new is the shape of the events that say who is a member.
create or replace function tailrace.check_event(
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
  if starts_with(type, 'member.') or starts_with(entity, 'member:') then
    if type not in ('member.set', 'member.removed') or entity is null
      or not starts_with(entity, 'member:') or length(entity) < 8 then
      raise exception 'types that begin with member. and entities that begin with member: say who is a member'
        using errcode = 'check_violation',
              hint = 'Such an event is member.set or member.removed, of an entity member:<user>. Leave them to tailrace.set_member and tailrace.remove_member.';
    end if;
    if type = 'member.set' and
      (json_typeof(data) is distinct from 'object' or json_typeof(data -> 'role') is distinct from 'string'
        or data ->> 'role' collate "C" !~ '^[a-z][a-z0-9-]{0,31}$') then
      raise exception 'a member.set needs data with a role'
        using errcode = 'check_violation', hint = 'A role is a small letter, then at most 31 of a-z 0-9 -';
    end if;
  end if;
  return true;
end
$$;

revoke execute on all functions in schema tailrace from public;
grant execute on function
  tailrace.publish, tailrace.new_id, tailrace.check_event, tailrace.set_member, tailrace.remove_member to public;
