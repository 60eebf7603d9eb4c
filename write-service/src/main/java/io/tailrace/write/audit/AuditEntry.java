package io.tailrace.write.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;

/**
 * One row to be written; its time and number are the database's.
 *
 * @param actor the user who did it; null for the service itself
 * @param action such as {@code broadcast.accepted}
 * @param target what it was done to
 * @param detail JSON, without payload and without secrets
 * @param reason as it was given
 * @param reached in how many channels a broadcast has been written; null elsewhere
 */
public record AuditEntry(
    String tenant,
    @Nullable String actor,
    String action,
    String target,
    String detail,
    @Nullable String reason,
    @Nullable Integer reached) {
  private static final String INSERT =
      """
      insert into tailrace.audit (tenant, actor, action, target, detail, reason, reached)
      values (?, ?, ?, ?, ?::json, ?, ?)
      """;

  /** Writes it in the connection's transaction. */
  public void write(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      statement.setString(1, tenant);
      statement.setString(2, actor);
      statement.setString(3, action);
      statement.setString(4, target);
      statement.setString(5, detail);
      statement.setString(6, reason);
      statement.setObject(7, reached, Types.INTEGER);
      statement.executeUpdate();
    }
  }
}
