package io.tailrace.write.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.token.KeyRing;
import io.tailrace.write.WriteConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a product's database role cannot reach: {@code roles_shop} publishes for the tenant roles-a,
 * {@code roles_rival} for roles-b, {@code roles_reader} for roles-a and may select from the outbox,
 * {@code roles_nobody} for none.
 */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields before any test
class SqlRolesIT {
  private static final Set<String> DOOR =
      Set.of("publish", "new_id", "check_event", "set_member", "remove_member", "tenant_of");

  private static Running running;

  @BeforeAll
  static void start() throws SQLException {
    running = new Running();
    Sql.run(
        "update tailrace.kind set members = true, roles = '{owner,member,reader}' where name ="
            + " 'chat'");
    for (String role :
        List.of("roles_shop", "roles_rival", "roles_reader", "roles_nobody", "roles_service")) {
      Sql.login(role);
    }
    Sql.run(
        "insert into tailrace.tenant_role values ('roles_shop', 'roles-a'), ('roles_reader',"
            + " 'roles-a'), ('roles_rival', 'roles-b') on conflict do nothing");
    Sql.run("grant select on tailrace.outbox to roles_reader");
    Sql.run("grant tailrace_service to roles_service");
    publish("roles_shop", "chat:of-a");
    publish("roles_rival", "chat:of-b");
  }

  @AfterAll
  static void stop() throws SQLException {
    running.close();
    Sql.run("revoke select on tailrace.outbox from roles_reader");
  }

  private static void publish(String role, String channel) throws SQLException {
    try (Connection connection = Sql.as(role)) {
      Sql.run(
          connection,
          "select tailrace.publish('" + channel + "', 'message.posted', '{\"text\":\"x\"}')");
    }
  }

  private static void assertRefused(Connection connection, String sql) {
    SQLException e = assertThrows(SQLException.class, () -> Sql.run(connection, sql), sql);
    assertEquals("42501", e.getSQLState(), sql + ": " + e.getMessage());
  }

  private static List<String> names(String sql) throws SQLException {
    String all = Sql.text("select string_agg(x::text, ',' order by 1) from (" + sql + ") as t(x)");
    return all.isEmpty() ? List.of() : List.of(all.split(","));
  }

  private static List<String> tables() throws SQLException {
    return names(
        "select relname from pg_class where relnamespace = 'tailrace'::regnamespace"
            + " and relkind in ('r', 'p', 'v', 'm', 'S')");
  }

  /** Every table there is, so that one that is added later is looked at too. */
  @ParameterizedTest
  @ValueSource(strings = {"roles_shop", "roles_nobody"})
  void noTableIsReachedAtAll(String role) throws SQLException {
    List<String> tables = tables();
    assertTrue(tables.containsAll(List.of("outbox", "outbox_default", "written", "tenant_role")));
    try (Connection connection = Sql.as(role)) {
      for (String table : tables) {
        assertRefused(connection, "select from tailrace." + table);
      }
      for (String table :
          names(
              "select relname from pg_class where relnamespace = 'tailrace'::regnamespace"
                  + " and relkind in ('r', 'p')")) {
        assertRefused(connection, "insert into tailrace." + table + " default values");
        assertRefused(connection, "delete from tailrace." + table);
        assertRefused(connection, "truncate tailrace." + table);
        String column =
            Sql.text(
                "select attname from pg_attribute where attrelid = 'tailrace."
                    + table
                    + "'::regclass and attnum = 1");
        assertRefused(connection, "update tailrace." + table + " set \"" + column + "\" = default");
        assertRefused(connection, "copy tailrace." + table + " from stdin");
      }
    }
  }

  @Test
  void onlyTheDoorsFunctionsMayBeCalled() throws SQLException {
    List<String> open =
        names(
            "select distinct p.proname from pg_proc p where pronamespace = 'tailrace'::regnamespace"
                + " and has_function_privilege('roles_shop', p.oid, 'execute')");

    assertEquals(new TreeSet<>(DOOR), new TreeSet<>(open));
  }

  @Test
  void nothingCanBeMadeInTheSchemaOrDoneToItsObjects() throws SQLException {
    try (Connection shop = Sql.as("roles_shop")) {
      for (String sql :
          List.of(
              "create table tailrace.mine (x int)",
              "create function tailrace.publish(text, text) returns int language sql return 1",
              "create or replace function tailrace.tenant_of(role name) returns text language sql"
                  + " return 'roles-b'",
              "alter table tailrace.outbox disable row level security",
              "create policy mine on tailrace.outbox using (true)",
              "drop policy tenant_reads on tailrace.outbox",
              "create trigger mine before insert on tailrace.outbox for each row execute function"
                  + " tailrace.refuse_change()",
              "drop table tailrace.audit",
              "alter table tailrace.audit disable trigger append_only")) {
        assertRefused(shop, sql);
      }
    }
  }

  @Test
  void theTenantIsTheOneOfTheRoleWhateverTheSessionSays() throws SQLException {
    try (Connection shop = Sql.as("roles_shop")) {
      for (String sql :
          List.of(
              "set role roles_rival",
              "set session authorization roles_rival",
              "select set_config('role', 'roles_rival', false)",
              "insert into tailrace.tenant_role values ('roles_shop', 'roles-b')",
              "update tailrace.tenant_role set tenant = 'roles-b'",
              "grant roles_rival to roles_shop")) {
        SQLException e = assertThrows(SQLException.class, () -> Sql.run(shop, sql), sql);
        assertEquals("42501", e.getSQLState(), sql + ": " + e.getMessage());
      }
      // A name that looks like a whole one is no channel; the tenant is never part of it.
      for (String channel : List.of("roles-b/chat:x", "../roles-b/chat:x", "roles-b:chat:x")) {
        assertThrows(
            SQLException.class,
            () ->
                Sql.run(
                    shop,
                    "select tailrace.publish('"
                        + channel
                        + "', 'message.posted', '{\"text\":\"x\"}')"));
      }
    }
    assertEquals(
        0, Sql.count("select count(*) from tailrace.outbox where channel like '%roles-b%'"));
  }

  @Test
  void temporaryObjectsAndSearchPathsShadowNothing() throws SQLException {
    try (Connection shop = Sql.as("roles_shop")) {
      for (String sql :
          List.of(
              "create temp table tenant_role (role name, tenant text)",
              "insert into tenant_role values ('roles_shop', 'roles-b')",
              "create temp table kind (name text, data_bytes_max int, registers boolean, members"
                  + " boolean, roles text[])",
              "create temp table outbox (id uuid)",
              "create function pg_temp.split_part(text, text, int) returns text language sql return"
                  + " 'chat'",
              "create function pg_temp.tenant_of(name) returns text language sql return 'roles-b'",
              "create function pg_temp.current_setting(text) returns text language sql return"
                  + " 'roles_rival'",
              "set search_path = pg_temp, pg_catalog, tailrace",
              "select tailrace.publish('chat:shadow', 'message.posted', '{\"text\":\"x\"}')")) {
        Sql.run(shop, sql);
      }
    }
    assertEquals(
        "roles-a",
        Sql.text(
            "select string_agg(distinct tenant, ',') from tailrace.outbox where channel ="
                + " 'chat:shadow'"));
  }

  @Test
  void membersAreChangedInTheOwnTenantOnly() throws SQLException {
    try (Connection shop = Sql.as("roles_shop");
        Connection nobody = Sql.as("roles_nobody")) {
      Sql.run(shop, "select tailrace.set_member('chat:members', 'ann', 'member', 'root')");
      assertRefused(nobody, "select tailrace.set_member('chat:members', 'eve', 'owner')");
      assertRefused(nobody, "select tailrace.remove_member('chat:members', 'ann')");
    }
    try (Connection rival = Sql.as("roles_rival")) {
      Sql.run(rival, "select tailrace.set_member('chat:members', 'eve', 'owner')");
      Sql.run(rival, "select tailrace.remove_member('chat:members', 'ann')");
    }
    assertEquals(
        "roles-a ann member,roles-b eve owner",
        Sql.text(
            "select string_agg(concat_ws(' ', tenant, \"user\", role), ',' order by tenant)"
                + " from tailrace.member where channel = 'chat:members'"));
  }

  @Test
  void whoIsGrantedSelectReadsTheOwnTenantsRowsOnly() throws SQLException {
    try (Connection reader = Sql.as("roles_reader")) {
      assertEquals(
          "roles-a",
          Sql.text(reader, "select string_agg(distinct tenant, ',') from tailrace.outbox"));
      assertTrue(Long.parseLong(Sql.text(reader, "select count(*) from tailrace.outbox")) > 0);
      for (String partition :
          names(
              "select inhrelid::regclass from pg_inherits where inhparent ="
                  + " 'tailrace.outbox'::regclass")) {
        assertRefused(reader, "select from " + partition);
      }
      assertRefused(
          reader,
          "insert into tailrace.outbox (tenant, channel, type, data) values ('roles-a', 'chat:x',"
              + " 'a', '1')");
      // With the policy switched off PostgreSQL refuses rather than shows all.
      Sql.run(reader, "set row_security = off");
      assertRefused(reader, "select count(*) from tailrace.outbox");
    }
  }

  @Test
  void aReaderWithoutATenantSeesNothing() throws SQLException {
    Sql.run("grant select on tailrace.outbox to roles_nobody");
    try (Connection nobody = Sql.as("roles_nobody")) {
      assertEquals("0", Sql.text(nobody, "select count(*) from tailrace.outbox"));
    } finally {
      Sql.run("revoke select on tailrace.outbox from roles_nobody");
    }
  }

  @Test
  void nobodyLearnsWhomElseTheDatabaseServes() throws SQLException {
    try (Connection shop = Sql.as("roles_shop")) {
      assertEquals("roles-a", Sql.text(shop, "select tailrace.tenant_of('roles_shop')"));
      assertEquals("", Sql.text(shop, "select tailrace.tenant_of('roles_rival')"));
    }
  }

  /** All of a service's work with a login that owns nothing and is only a member of the role. */
  @Test
  void theServiceRunsWithALoginThatIsOnlyAMemberOfItsRole() throws SQLException {
    var postgres = Servers.postgres();
    WriteConfig.Database member =
        new WriteConfig.Database(
            postgres.jdbcUrl(),
            "roles_service",
            Sql.PASSWORD,
            false,
            "tailrace_service",
            Duration.ofMinutes(1));
    try (Running other =
        new Running(
            Running.PATIENT,
            Contracts.shipped(),
            KeyRing.ofSecret(Running.TENANT, Caller.SECRET),
            member)) {
      Caller root = other.caller("root", "admin");

      assertEquals(201, root.event("chat:as-member", Caller.message("x")).status());
      assertEquals(
          201,
          root.event("chat:as-member", Caller.message("y"), "Idempotency-Key", "as-member")
              .status());
      assertEquals(200, root.ask("GET", "/v1/admin/audit").status());
      assertTrue(other.service.ready());
    }
  }

  @Test
  void theServicesRoleHasTheRightsThatItNeedsAndNoOther() throws SQLException {
    try (Connection service = Sql.as("roles_service")) {
      Sql.run(service, "select tailrace.make_partitions(current_date, 2)");
      Sql.run(service, "select tailrace.drop_partitions(now() - interval '4000 days')");
      List<String> refused = new ArrayList<>();
      for (String table :
          List.of(
              "outbox",
              "audit",
              "tenant_role",
              "incarnation",
              "key_salt",
              "outbox_kept",
              "closed",
              "channel")) {
        refused.add("delete from tailrace." + table);
        refused.add("truncate tailrace." + table);
      }
      refused.add("select from tailrace.tenant_role");
      refused.add("update tailrace.outbox set tenant = 'x'");
      refused.add("update tailrace.audit set actor = 'x'");
      refused.add(
          "insert into tailrace.audit (at, tenant, action, target) values ('epoch', 'a', 'x',"
              + " 'y')");
      refused.add(
          "insert into tailrace.audit (id, tenant, action, target) overriding system value values"
              + " (1, 'a', 'x', 'y')");
      refused.add("update tailrace.broadcast set channels = '{chat:x}'");
      refused.add("update tailrace.broadcast set tenant = 'x'");
      refused.add("create table tailrace.mine (x int)");
      refused.add(
          "insert into tailrace.outbox_default (tenant, channel, type, data) values ('a', 'chat:x',"
              + " 'a', '1')");
      refused.add("alter table tailrace.outbox disable row level security");
      for (String sql : refused) {
        assertRefused(service, sql);
      }
    }
  }

  @Test
  void theServicesRoleCannotLogIn() throws SQLException {
    assertEquals(
        "f f f f",
        Sql.text(
            "select concat_ws(' ', rolcanlogin, rolsuper, rolcreaterole, rolbypassrls) from"
                + " pg_roles where rolname = 'tailrace_service'"));
  }
}
