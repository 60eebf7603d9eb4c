package io.tailrace.write.commit;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What a failed statement says about the transaction it stood for. */
enum SqlFailure {
  /** The connection is gone: the transaction may have been committed. */
  OUTCOME_UNKNOWN,
  /** Rolled back for a reason that passes: a deadlock, a time-out, a server that starts. */
  PASSING,
  /** The rows stand there already: an earlier try was committed. */
  COMMITTED_BEFORE,
  /** Rolled back because of what was to be written. */
  REFUSED,
  /** Rolled back for any other reason: a missing table, a missing right. */
  BROKEN;

  /** Reads the SQLSTATE; the classes are listed in PostgreSQL's manual, appendix A. */
  static SqlFailure of(SQLException e) {
    String state = e.getSQLState();
    if (e instanceof SQLTransientConnectionException || state == null) {
      // Hikari gave no connection in time, or the driver broke off: nothing is known.
      return OUTCOME_UNKNOWN;
    }
    if ("23505".equals(state) && tableOf(e).startsWith("outbox")) {
      return COMMITTED_BEFORE;
    }
    return switch (state.substring(0, 2)) {
      case "08" -> OUTCOME_UNKNOWN;
      // 57P01 to 57P05: the server ends the session, perhaps just after the commit; 57014:
      // cancelled.
      case "57" -> "57014".equals(state) ? PASSING : OUTCOME_UNKNOWN;
      case "40", "53", "55" -> PASSING;
      case "22", "23", "54" -> REFUSED;
      default -> BROKEN;
    };
  }

  private static String tableOf(SQLException e) {
    @Nullable ServerErrorMessage message =
        e instanceof PSQLException p ? p.getServerErrorMessage() : null;
    String table = message == null ? null : message.getTable();
    return table == null ? "" : table;
  }
}
