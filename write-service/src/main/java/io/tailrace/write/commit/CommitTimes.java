package io.tailrace.write.commit;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import javax.sql.DataSource;

/** Asks when a row was committed, for answers that come without a seq. Thread-safe; blocks. */
public final class CommitTimes {
  private final DataSource pool;

  /** With the pool to ask through. */
  public CommitTimes(DataSource pool) {
    this.pool = pool;
  }

  /** Commit time of the row; where the database does not say, the time of its creation. */
  public Instant of(String id, Instant createdAt) {
    try (Connection connection = pool.getConnection()) {
      Instant time = WrittenRows.commitTime(connection, id, createdAt);
      return time == null ? createdAt : time;
    } catch (SQLException _) {
      // The write is durable and the caller waits: a time for display is not worth an error.
      return createdAt;
    }
  }
}
