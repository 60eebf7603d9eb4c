package io.tailrace.relay.tail;

import io.debezium.engine.spi.OffsetCommitPolicy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What the relay gives the task that Debezium makes by reflection. It travels as the engine's
 * commit policy, because that is the one object of ours that the engine hands on to its tasks; the
 * alternative would be static state.
 *
 * @param flushEvery how often the slot is told what has been acknowledged
 * @param batchRowsMax most rows handed to the sink at once
 * @param messagePrefix prefix of the relay's own WAL messages
 * @param startCheck called when the stream has started and before anything is read from it
 */
record StreamHooks(
    Duration flushEvery,
    int batchRowsMax,
    String messagePrefix,
    LongSupplier nanoTime,
    StartCheck startCheck)
    implements OffsetCommitPolicy {

  @Override
  public boolean performCommit(long rows, Duration sinceLastCommit) {
    return sinceLastCommit.compareTo(flushEvery) >= 0;
  }

  void streamStarted(long startLsn) throws SQLException {
    startCheck.streamStarted(startLsn);
  }
}
