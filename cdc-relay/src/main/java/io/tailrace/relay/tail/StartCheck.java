package io.tailrace.relay.tail;

import java.sql.SQLException;

/** Asked once, between START_REPLICATION and the first read. */
@FunctionalInterface
public interface StartCheck {
  /**
   * Whether the stream starts where the relay believes it does; returns if so.
   *
   * @throws IllegalStateException if not; the stream is given up then
   */
  void streamStarted(long startLsn) throws SQLException;
}
