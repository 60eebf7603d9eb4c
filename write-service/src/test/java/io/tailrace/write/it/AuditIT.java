package io.tailrace.write.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.zaxxer.hikari.HikariDataSource;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.token.KeyRing;
import io.tailrace.write.audit.KeyAudit;
import io.tailrace.write.commit.WritePool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The audit: what is told, and that nobody changes it. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields before any test
class AuditIT {
  @TempDir private Path folder;
  private static HikariDataSource pool;

  @BeforeAll
  static void start() throws SQLException {
    // It has told its own keys when it is closed; one that lives on would tell those of the tests.
    new Running().close();
    Sql.run(
        "update tailrace.kind set members = true, roles = '{owner,member,reader}' where name ="
            + " 'chat'");
    var postgres = Servers.postgres();
    pool =
        WritePool.open(
            "audit-test",
            4,
            postgres.jdbcUrl(),
            postgres.user(),
            postgres.password(),
            "tailrace_service");
    Sql.run("insert into tailrace.audit (tenant, action, target) values ('audit', 'a.test', 'x')");
  }

  @AfterAll
  static void stop() {
    pool.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update tailrace.audit set actor = 'eve'",
        "update tailrace.audit set actor = 'eve' where false",
        "delete from tailrace.audit",
        "truncate tailrace.audit",
      })
  void nobodyChangesIt(String sql) throws SQLException {
    try (Connection superuser = Servers.connect()) {
      SQLException e = assertThrows(SQLException.class, () -> Sql.run(superuser, sql));
      assertTrue(String.valueOf(e.getMessage()).contains("append only"), e.getMessage());
    }
    try (Connection replaying = Servers.connect()) {
      Sql.run(replaying, "set session_replication_role = replica");
      SQLException e = assertThrows(SQLException.class, () -> Sql.run(replaying, sql));
      assertTrue(String.valueOf(e.getMessage()).contains("append only"), e.getMessage());
    }
    try (Connection service = pool.getConnection()) {
      SQLException e = assertThrows(SQLException.class, () -> Sql.run(service, sql));
      assertEquals("42501", e.getSQLState());
    }
    assertEquals(1, Sql.count("select count(*) from tailrace.audit where tenant = 'audit'"));
  }

  @Test
  void aChangeOfMembersIsToldInItsTransactionWhoeverMakesIt() throws SQLException {
    try (Connection shop = Servers.connect()) {
      Sql.run(
          "insert into tailrace.tenant_role values (current_user, 'audit-members') on conflict"
              + " (role) do update set tenant = excluded.tenant");
      shop.setAutoCommit(false);
      Sql.run(shop, "set local tailrace.reason = 'left the company'");
      Sql.run(shop, "select tailrace.set_member('chat:audit', 'ann', 'member', 'root')");
      Sql.run(shop, "select tailrace.set_member('chat:audit', 'ann', 'owner', 'root')");
      Sql.run(shop, "select tailrace.set_member('chat:audit', 'ann', 'owner', 'root')");
      Sql.run(shop, "select tailrace.remove_member('chat:audit', 'ann', 'root')");
      Sql.run(shop, "select tailrace.refresh_members(now() + interval '1 day', now(), 100)");
      String told =
          Sql.text(
              shop,
              "select string_agg(concat_ws(' ', action, actor, target, detail ->> 'user',"
                  + " detail ->> 'role', reason), ', ' order by id)"
                  + " from tailrace.audit where tenant = 'audit-members'");
      shop.rollback();

      assertEquals(
          "member.set root chat:audit ann member left the company,"
              + " member.set root chat:audit ann owner left the company,"
              + " member.removed root chat:audit ann left the company",
          told);
      assertEquals(
          0, Sql.count("select count(*) from tailrace.audit where tenant = 'audit-members'"));
    } finally {
      Sql.run("delete from tailrace.tenant_role where role = current_user");
    }
  }

  private void writeKeys(String json) throws IOException {
    Path next = folder.resolve("next");
    Files.writeString(next, json);
    Files.move(next, folder.resolve("keys.json"), StandardCopyOption.REPLACE_EXISTING);
  }

  private void writeJwks(ECKey... keys) throws IOException {
    Path next = folder.resolve("next");
    Files.writeString(next, new JWKSet(List.<JWK>of(keys)).toString(true));
    Files.move(next, folder.resolve("jwks.json"), StandardCopyOption.REPLACE_EXISTING);
  }

  private static ECKey key(String id) throws JOSEException {
    return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
  }

  private static long changes() throws SQLException {
    return Sql.count(
        "select count(*) from tailrace.audit where tenant = 'audit-keys' and action ="
            + " 'keys.changed'");
  }

  @Test
  void severalServicesTellAChangeOfKeysOnce() throws Exception {
    ECKey first = key("first");
    ECKey second = key("second");
    writeJwks(first);
    String secret = "a secret that must never be seen anywhere";
    writeKeys(
        "{\"tenants\":{\"audit-keys\":{\"jwks\":\"jwks.json\"},\"audit-hmac\":{\"hmac\":\""
            + secret
            + "\"}}}");
    try (KeyRing one = KeyRing.follow(folder.resolve("keys.json"));
        KeyRing other = KeyRing.follow(folder.resolve("keys.json"));
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<KeyAudit> services = List.of(new KeyAudit(pool, one), new KeyAudit(pool, other));

      together(threads, services);
      assertEquals(1, changes());

      writeJwks(first, second);
      Await.until(
          "the second key is told",
          () -> {
            together(threads, services);
            return changes() == 2;
          });

      writeJwks(second);
      Await.until(
          "the first key is gone",
          () -> {
            together(threads, services);
            return changes() == 3;
          });
      together(threads, services);
      together(threads, services);
    }

    assertEquals(3, changes());
    String last =
        Sql.text(
            "select detail from tailrace.audit where tenant = 'audit-keys' order by id desc limit"
                + " 1");
    assertEquals(
        "{\"added\":[],\"removed\":[\"first/"
            + first.computeThumbprint().toString().substring(0, 16)
            + "\"]}",
        last);
    String all = Sql.text("select string_agg(detail::text, '') from tailrace.audit");
    assertTrue(all.contains("hmac/"), all);
    assertFalse(all.contains(secret));
    assertFalse(all.contains(String.valueOf(first.getD())));
  }

  private static void together(ExecutorService threads, List<KeyAudit> services) throws Exception {
    List<Future<Integer>> looks =
        services.stream().map(service -> threads.submit(service::doWork)).toList();
    for (Future<Integer> look : looks) {
      look.get();
    }
  }
}
