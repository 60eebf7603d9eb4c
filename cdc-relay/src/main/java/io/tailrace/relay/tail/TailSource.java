package io.tailrace.relay.tail;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;

/**
 * Which stream to read, and how.
 *
 * @param driver further properties of the PostgreSQL driver, such as {@code sslmode}
 * @param queueRowsMax rows decoded ahead of the sink
 * @param batchRowsMax rows handed to the sink at once
 * @param heartbeat how often the stream reports its place while no row comes
 * @param flushEvery how often the slot is told what was acknowledged
 */
public record TailSource(
    String host,
    int port,
    String database,
    String user,
    String password,
    Map<String, String> driver,
    String slot,
    int queueRowsMax,
    int batchRowsMax,
    Duration heartbeat,
    Duration flushEvery) {

  /** The publication, made by the schema's first migration. */
  public static final String PUBLICATION = "tailrace";

  /** Prefix of the WAL messages by which the relay moves its slot past other people's writes. */
  public static final String MESSAGE_PREFIX = "tailrace.relay";

  private static final String COLUMNS =
      "tailrace\\.outbox\\.(id|tenant|channel|type|entity|author|data|traceparent)";

  /** Debezium's settings; each is here for a reason. */
  Properties toProperties() {
    Properties p = new Properties();
    p.setProperty("name", "tailrace-relay");
    p.setProperty("connector.class", TailConnector.class.getName());
    p.setProperty("topic.prefix", "tailrace-relay");
    connection(p);
    p.setProperty("plugin.name", "pgoutput");
    p.setProperty("slot.name", slot);
    p.setProperty("slot.drop.on.stop", "false");
    p.setProperty("publication.name", PUBLICATION);
    p.setProperty("publication.autocreate.mode", "disabled");
    p.setProperty("snapshot.mode", "no_data");
    // The slot is the only offset: this store forgets with the process, and the stream is started
    // without one, where the slot's confirmed position is.
    p.setProperty("offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
    // Not "connector_and_driver": the driver then confirms keep-alive positions by comparing LSNs
    // of
    // changes, which are not in commit order, and can pass a transaction that it is in the middle
    // of.
    p.setProperty("lsn.flush.mode", "connector");
    // One stream per process: nothing is tried a second time in here.
    p.setProperty("errors.max.retries", "0");
    p.setProperty("slot.max.retries", "0");
    rows(p);
    return p;
  }

  private void connection(Properties p) {
    p.setProperty("database.hostname", host);
    p.setProperty("database.port", Integer.toString(port));
    p.setProperty("database.user", user);
    p.setProperty("database.password", password);
    p.setProperty("database.dbname", database);
    driver.forEach((name, value) -> p.setProperty("driver." + name, value));
  }

  private void rows(Properties p) {
    p.setProperty("table.include.list", "tailrace\\.outbox");
    // Without created_at, whose conversion would cost more than all other columns.
    p.setProperty("column.include.list", COLUMNS);
    p.setProperty("tombstones.on.delete", "false");
    p.setProperty("skipped.operations", "u,d,t");
    p.setProperty("max.queue.size", Integer.toString(queueRowsMax));
    p.setProperty("max.batch.size", Integer.toString(batchRowsMax));
    // Only what is left of Debezium's own waits; arrivals and the reader's pace are ours.
    p.setProperty("poll.interval.ms", "1");
    p.setProperty("record.processing.threads", "1");
    p.setProperty("heartbeat.interval.ms", Long.toString(heartbeat.toMillis()));
    p.setProperty("task.management.timeout.ms", "10000");
  }
}
