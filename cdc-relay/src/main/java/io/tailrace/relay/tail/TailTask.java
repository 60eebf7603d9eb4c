package io.tailrace.relay.tail;

import io.debezium.config.Configuration;
import io.debezium.connector.base.QueueProviderService;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.debezium.connector.postgresql.PostgresSchema;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.engine.source.EngineSourceTaskContext;
import io.debezium.service.spi.ServiceProvider;
import io.debezium.service.spi.ServiceRegistry;
import java.sql.SQLException;
import java.util.List;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Debezium's task with three of its parts replaced through the places it leaves for that: the queue
 * between reader and poller (a queue provider), the poller's wait, and the replication connection.
 * Made by the engine, by reflection; what it needs comes as {@link StreamHooks}.
 */
public final class TailTask extends PostgresConnectorTask {
  /** Bounds how late a failed reader is noticed; arrivals wake the poller at once. */
  private static final long POLL_WAIT_NANOS = 50_000_000;

  private final ArrivalQueue arrivals = new ArrivalQueue();

  /** For the engine. */
  public TailTask() {}

  @Override
  protected void registerServiceProviders(ServiceRegistry registry) {
    super.registerServiceProviders(registry);
    registry.registerServiceProvider(
        new ServiceProvider<QueueProviderService>() {
          @Override
          public Class<QueueProviderService> getServiceClass() {
            return QueueProviderService.class;
          }

          @Override
          public QueueProviderService createService(Configuration config, ServiceRegistry all) {
            return new QueueProviderService(arrivals);
          }
        });
  }

  @Override
  protected ReplicationConnection buildReplicationConnection(
      PostgresConnection jdbc, PostgresSchema schema, PostgresConnectorConfig config)
      throws SQLException {
    return new OneStart(super.buildReplicationConnection(jdbc, schema, config), hooks());
  }

  @Override
  public List<SourceRecord> doPoll() throws InterruptedException {
    List<SourceRecord> rows = arrivals.take(hooks().batchRowsMax(), POLL_WAIT_NANOS);
    if (rows.isEmpty()) {
      // Debezium's own poll is what throws a failed reader's error. It waits a millisecond more.
      rows = super.doPoll();
    }
    return rows.isEmpty() ? rows : List.of(new RowBatch(rows));
  }

  private StreamHooks hooks() {
    if (context instanceof EngineSourceTaskContext engine
        && engine.offsetCommitPolicy() instanceof StreamHooks hooks) {
      return hooks;
    }
    throw new IllegalStateException("this task runs only in the relay's engine");
  }
}
