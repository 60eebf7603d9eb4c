package io.tailrace.relay.tail;

import io.debezium.DebeziumException;
import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import io.debezium.connector.postgresql.connection.WalPositionLocator;
import io.debezium.connector.postgresql.spi.SlotCreationResult;
import java.sql.SQLException;
import java.util.Optional;

/**
 * A replication connection that starts one stream in its life and never makes a slot. Positions
 * rest on both: a second stream would begin somewhere else under the same translator, and a slot
 * made now would have skipped what was written before.
 */
@SuppressWarnings("try") // close() throws what Debezium's interface says
final class OneStart implements ReplicationConnection {
  private final ReplicationConnection connection;
  private final StreamHooks hooks;
  private boolean started;

  OneStart(ReplicationConnection connection, StreamHooks hooks) {
    this.connection = connection;
    this.hooks = hooks;
  }

  @Override
  public ReplicationStream startStreaming(WalPositionLocator position)
      throws SQLException, InterruptedException {
    begin();
    return started(connection.startStreaming(position));
  }

  @Override
  public ReplicationStream startStreaming(Lsn offset, WalPositionLocator position) {
    throw new DebeziumException(
        "the slot is the only offset, yet a stored one was found: " + offset);
  }

  @Override
  public Optional<SlotCreationResult> createReplicationSlot() {
    throw new DebeziumException(
        "the replication slot is gone; the relay never makes one by itself");
  }

  @Override
  public void initConnection() throws SQLException, InterruptedException {
    connection.initConnection();
  }

  @Override
  public boolean isConnected() throws SQLException {
    return connection.isConnected();
  }

  @Override
  public void reconnect() {
    throw new DebeziumException("a process has one replication stream; it ends with the process");
  }

  @Override
  public void close() throws Exception {
    connection.close();
  }

  private void begin() {
    if (started) {
      throw new DebeziumException("a process has one replication stream, and it has ended");
    }
    started = true;
  }

  private ReplicationStream started(ReplicationStream stream) throws SQLException {
    hooks.streamStarted(stream.startLsn().asLong());
    return new PacedStream(stream, hooks.messagePrefix(), hooks.nanoTime());
  }
}
