package io.tailrace.relay.tail;

import io.debezium.connector.postgresql.connection.LogicalDecodingMessage;
import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationMessage;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A replication stream that waits for the next message by {@link Pace} instead of Debezium's fixed
 * pause, and keeps other people's logical messages out.
 *
 * <p>Those must stay out: Debezium takes the LSN of a message inside a transaction for that of a
 * commit, which would put rows of the same transaction before ones that were committed earlier.
 * Only the relay's own message, which belongs to no transaction, may pass: its LSN lies between two
 * commits and lets the slot move on while nobody writes to the outbox.
 *
 * <p>Used by Debezium's streaming thread alone, save {@link #flushLsn} and the keep-alive.
 */
@SuppressWarnings("try") // close() throws what Debezium's interface says
final class PacedStream implements ReplicationStream {
  /** Debezium checks for its end and for heartbeats between two calls. */
  private static final long RETURN_AFTER_NANOS = 20_000_000;

  private final ReplicationStream stream;
  private final String messagePrefix;
  private final LongSupplier nanoTime;
  private final ReplicationMessageProcessor passing = this::pass;
  private @Nullable ReplicationMessageProcessor target;
  private long lastMessageNanos;

  PacedStream(ReplicationStream stream, String messagePrefix, LongSupplier nanoTime) {
    this.stream = stream;
    this.messagePrefix = messagePrefix;
    this.nanoTime = nanoTime;
    this.lastMessageNanos = nanoTime.getAsLong();
  }

  @Override
  public void read(ReplicationMessageProcessor processor)
      throws SQLException, InterruptedException {
    target = processor;
    stream.read(passing);
  }

  @Override
  public boolean readPending(ReplicationMessageProcessor processor)
      throws SQLException, InterruptedException {
    target = processor;
    if (stream.readPending(passing)) {
      // The clock is read only when the stream runs dry.
      return true;
    }
    long called = nanoTime.getAsLong();
    long now = called;
    while (now - called < RETURN_AFTER_NANOS) {
      LockSupport.parkNanos(Pace.waitNanos(now - lastMessageNanos));
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      now = nanoTime.getAsLong();
      if (stream.readPending(passing)) {
        lastMessageNanos = now;
        return true;
      }
    }
    return false;
  }

  private void pass(ReplicationMessage message) throws SQLException, InterruptedException {
    ReplicationMessageProcessor processor = target;
    if (processor == null || message instanceof LogicalDecodingMessage foreign && !ours(foreign)) {
      return;
    }
    processor.process(message);
  }

  private boolean ours(LogicalDecodingMessage message) {
    return message.getTransactionId().isEmpty() && message.getPrefix().equals(messagePrefix);
  }

  @Override
  public void flushLsn(Lsn lsn) throws SQLException {
    stream.flushLsn(lsn);
  }

  @Override
  public Lsn lastReceivedLsn() {
    return stream.lastReceivedLsn();
  }

  @Override
  public Lsn startLsn() {
    return stream.startLsn();
  }

  @Override
  public void startKeepAlive(ExecutorService service) {
    stream.startKeepAlive(service);
  }

  @Override
  public void stopKeepAlive() {
    stream.stopKeepAlive();
  }

  @Override
  public void close() throws Exception {
    stream.close();
  }
}
