package io.tailrace.write.audit;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.schemas.token.KeyRing;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Tells which keys came and went. The database keeps the keys that were told last, so that of
 * several services that see the same change one tells it, also of one that happened while none ran.
 */
public final class KeyAudit {
  /** "tailkeys" in ASCII. */
  private static final long LOCK = 0x7461696c6b657973L;

  private static final JsonMapper JSON = new JsonMapper();

  private final DataSource pool;
  private final KeyRing keys;
  private byte @Nullable [] salt;
  private KeyRing.@Nullable Names told;

  /** For this ring. Owned by one thread. */
  public KeyAudit(DataSource pool, KeyRing keys) {
    this.pool = pool;
    this.keys = keys;
  }

  /** Looks once; returns for how many tenants something was told. */
  public int doWork() throws SQLException {
    if (salt == null) {
      salt = readSalt();
    }
    KeyRing.Names now = keys.names(salt);
    if (now.equals(told)) {
      return 0;
    }
    int changes;
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      try {
        changes = tell(connection, now);
        connection.commit();
      } catch (SQLException e) {
        connection.rollback();
        throw e;
      }
    }
    told = now;
    return changes;
  }

  private static int tell(Connection connection, KeyRing.Names now) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
    }
    Map<String, Set<String>> before = known(connection);
    Set<String> tenants = new TreeSet<>(before.keySet());
    tenants.addAll(now.byTenant().keySet());
    tenants.removeAll(now.unfetched());
    int changes = 0;
    for (String tenant : tenants) {
      Set<String> old = before.getOrDefault(tenant, Set.of());
      Set<String> current = now.byTenant().getOrDefault(tenant, Set.of());
      Set<String> added = without(current, old);
      Set<String> removed = without(old, current);
      if (!added.isEmpty() || !removed.isEmpty()) {
        change(
            connection,
            "insert into tailrace.key_known (tenant, key) values (?, ?)",
            tenant,
            added);
        change(
            connection,
            "delete from tailrace.key_known where tenant = ? and key = ?",
            tenant,
            removed);
        new AuditEntry(tenant, null, "keys.changed", tenant, detail(added, removed), null, null)
            .write(connection);
        changes++;
      }
    }
    return changes;
  }

  private static Set<String> without(Collection<String> all, Collection<String> others) {
    Set<String> rest = new TreeSet<>(all);
    rest.removeAll(others);
    return rest;
  }

  private static String detail(Set<String> added, Set<String> removed) {
    ObjectNode detail = JSON.createObjectNode();
    added.forEach(detail.putArray("added")::add);
    removed.forEach(detail.putArray("removed")::add);
    return detail.toString();
  }

  private static Map<String, Set<String>> known(Connection connection) throws SQLException {
    Map<String, Set<String>> known = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select tenant, key from tailrace.key_known")) {
      while (row.next()) {
        known.computeIfAbsent(row.getString(1), _ -> new TreeSet<>()).add(row.getString(2));
      }
    }
    return new TreeMap<>(known);
  }

  private static void change(Connection connection, String sql, String tenant, Set<String> keys)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (String key : keys) {
        statement.setString(1, tenant);
        statement.setString(2, key);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private byte[] readSalt() throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select salt from tailrace.key_salt")) {
      if (!row.next()) {
        throw new IllegalStateException("the table tailrace.key_salt is empty: migrations fill it");
      }
      return row.getBytes(1);
    }
  }
}
