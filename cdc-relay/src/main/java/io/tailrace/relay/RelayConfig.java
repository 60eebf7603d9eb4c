package io.tailrace.relay;

import io.tailrace.relay.slot.SlotName;
import io.tailrace.relay.tail.TailSource;
import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SharedKeys;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.topic.Placement;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * The relay's settings.
 *
 * @param databaseUrl JDBC address of the primary
 * @param contractsDir folder of contracts; null: those that come with Tailrace
 * @param slotCreate make the slot where it is missing and the outbox is empty: the first install
 * @param slotFailover make it one that standbys keep too
 * @param slotWait how long a slot that somebody else holds is waited for; longer than PostgreSQL's
 *     wal_sender_timeout, after which it drops a dead relay's session
 * @param startWait how long schema, topics and database are waited for at the start
 * @param delivery after this time a send to Kafka has failed for good
 * @param requestBytesMax largest message sent
 * @param heartbeat how often the stream reports its place while no row comes
 * @param idleBytesMax WAL of other tables after which the slot is moved past them
 * @param otlp collector of spans; empty: none are made
 */
public record RelayConfig(
    String databaseUrl,
    String databaseUser,
    String databasePassword,
    String kafkaBootstrap,
    @Nullable Path contractsDir,
    boolean slotCreate,
    boolean slotFailover,
    Duration slotWait,
    Duration startWait,
    Duration delivery,
    int requestBytesMax,
    Duration heartbeat,
    int idleBytesMax,
    Optional<URI> otlp) {

  private static final int QUEUE_ROWS_MAX = 16_384;
  private static final int BATCH_ROWS_MAX = 4_096;
  private static final Duration FLUSH_EVERY = Duration.ofMillis(200);

  private static final Key<Boolean> SLOT_CREATE =
      Key.flag(
          "slot.create",
          "false",
          "Make the slot if it is missing and the outbox is empty: for the first install.");
  private static final Key<Boolean> SLOT_FAILOVER =
      Key.flag(
          "slot.failover",
          "false",
          "Make it a failover slot, which standbys keep too (PostgreSQL 17 and later).");
  private static final Key<Duration> SLOT_WAIT =
      Key.millis(
          "slot.wait.ms",
          "90000",
          "How long to wait for a slot that another session holds; above wal_sender_timeout.");
  private static final Key<Duration> START_WAIT =
      Key.millis("start.wait.ms", "60000", "How long to wait for database, schema and topics.");
  private static final Key<Duration> DELIVERY =
      Key.millis(
          "kafka.delivery.timeout.ms",
          "120000",
          "After this time a send has failed: the relay halts.");
  private static final Key<Integer> REQUEST_BYTES_MAX =
      Key.number(
          "kafka.request.bytes.max",
          "1048576",
          "Largest message in bytes; larger rows become dead letters.",
          10_000,
          100_000_000);
  private static final Key<Duration> HEARTBEAT =
      Key.millis(
          "heartbeat.ms", "1000", "How often the slot is told its place while no row comes.");
  private static final Key<Integer> IDLE_BYTES_MAX =
      Key.number(
          "slot.idle.bytes.max",
          "1048576",
          "Bytes of WAL of other tables after which the slot is moved past them.",
          8192,
          Integer.MAX_VALUE);

  /** All settings, for help and parsing. */
  public static List<Key<?>> keys() {
    return List.of(
        SharedKeys.DATABASE_URL,
        SharedKeys.DATABASE_USER,
        SharedKeys.DATABASE_PASSWORD,
        SharedKeys.KAFKA_BOOTSTRAP,
        SharedKeys.CONTRACTS_DIR,
        SLOT_CREATE,
        SLOT_FAILOVER,
        SLOT_WAIT,
        START_WAIT,
        DELIVERY,
        REQUEST_BYTES_MAX,
        HEARTBEAT,
        IDLE_BYTES_MAX,
        SharedKeys.OTLP_URL);
  }

  /** Refuses an address that the driver cannot read. */
  public RelayConfig {
    if (Driver.parseURL(databaseUrl, new Properties()) == null) {
      throw new IllegalArgumentException(
          "database.url="
              + databaseUrl
              + " is wrong: must look like jdbc:postgresql://host:5432/database");
    }
  }

  /** From settings that were loaded with {@link #keys}. */
  public static RelayConfig from(Settings settings) {
    return new RelayConfig(
        settings.get(SharedKeys.DATABASE_URL),
        settings.get(SharedKeys.DATABASE_USER),
        settings.get(SharedKeys.DATABASE_PASSWORD),
        settings.get(SharedKeys.KAFKA_BOOTSTRAP),
        settings.get(SharedKeys.CONTRACTS_DIR).orElse(null),
        settings.get(SLOT_CREATE),
        settings.get(SLOT_FAILOVER),
        settings.get(SLOT_WAIT),
        settings.get(START_WAIT),
        settings.get(DELIVERY),
        settings.get(REQUEST_BYTES_MAX),
        settings.get(HEARTBEAT),
        settings.get(IDLE_BYTES_MAX),
        settings.get(SharedKeys.OTLP_URL));
  }

  /** With all defaults but where the servers are. */
  public static RelayConfig at(
      String databaseUrl, String databaseUser, String databasePassword, String kafkaBootstrap) {
    return from(
        Settings.load(
            keys(),
            List.of(
                "--database.url=" + databaseUrl,
                "--database.user=" + databaseUser,
                "--database.password=" + databasePassword,
                "--kafka.bootstrap=" + kafkaBootstrap),
            Map.of()));
  }

  /** The stream to read. */
  TailSource tailSource(SlotName slot) {
    Properties parsed = Driver.parseURL(databaseUrl, new Properties());
    if (parsed == null) {
      throw new IllegalArgumentException("database.url is wrong");
    }
    Map<String, String> driver = new HashMap<>();
    for (String name : parsed.stringPropertyNames()) {
      if (!name.equals(PGProperty.PG_HOST.getName())
          && !name.equals(PGProperty.PG_PORT.getName())
          && !name.equals(PGProperty.PG_DBNAME.getName())) {
        driver.put(name, parsed.getProperty(name));
      }
    }
    return new TailSource(
        parsed.getProperty(PGProperty.PG_HOST.getName()),
        Integer.parseInt(parsed.getProperty(PGProperty.PG_PORT.getName())),
        parsed.getProperty(PGProperty.PG_DBNAME.getName()),
        databaseUser,
        databasePassword,
        driver,
        slot.name(),
        QUEUE_ROWS_MAX,
        BATCH_ROWS_MAX,
        heartbeat,
        FLUSH_EVERY);
  }

  /** Where the log has a channel: of the contracts, this is all that the relay needs. */
  Placement placement() {
    return Placement.of(Contracts.shippedOr(contractsDir));
  }

  /** Longest wait for a batch's acknowledgements: the producer gives up before. */
  Duration ackWait() {
    return delivery.plusSeconds(10);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "relay from " + databaseUrl + " to " + kafkaBootstrap;
  }
}
