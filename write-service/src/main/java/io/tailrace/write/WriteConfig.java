package io.tailrace.write;

import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that write-service can be told.
 *
 * @param contracts folder of contracts; null for the shipped ones
 * @param tokenKeys file with the tenants' keys
 * @param origins web pages that may call
 */
public record WriteConfig(
    Database database,
    String kafkaBootstrap,
    @Nullable Path contracts,
    Path tokenKeys,
    List<String> origins,
    Tuning tuning) {

  /** JDBC address of PostgreSQL. */
  public static final Key<String> DATABASE_URL =
      Key.text(
          "database.url",
          null,
          "JDBC address of PostgreSQL, jdbc:postgresql://HOST:PORT/DATABASE.");

  /** Role that owns the schema. */
  public static final Key<String> DATABASE_USER =
      Key.text("database.user", null, "Role that writes; with database.migrate also the owner.");

  /** Its password. */
  public static final Key<String> DATABASE_PASSWORD =
      Key.optionalText("database.password", "Password of that role.");

  /** Whether the schema is brought up to date at the start. */
  public static final Key<Boolean> DATABASE_MIGRATE =
      Key.flag("database.migrate", "true", "Whether missing migrations are applied at the start.");

  /** Wait for a database that starts. */
  public static final Key<Duration> DATABASE_WAIT =
      Key.millis(
          "database.wait.ms", "60000", "How long the start waits for the database, milliseconds.");

  /** Kafka. */
  public static final Key<String> KAFKA_BOOTSTRAP =
      Key.text("kafka.bootstrap", null, "Kafka's bootstrap servers, HOST:PORT,…");

  /** Contracts. */
  public static final Key<String> CONTRACTS =
      Key.optionalText(
          "contracts.dir", "Folder with one contract per kind; empty for the shipped.");

  /** Token keys. */
  public static final Key<Path> TOKEN_KEYS =
      Key.path("keys.file", null, "File with the keys that each tenant's tokens are signed with.");

  /** Origins. */
  public static final Key<List<String>> ORIGINS =
      Key.list("origins", "", "Origins of web pages that may call, besides this server's own.");

  /** Lanes. */
  public static final Key<Integer> LANES =
      Key.number("write.lanes", "2", "Connections that commit at the same time.", 1, 64);

  /** Requests under way. */
  public static final Key<Integer> REQUESTS_MAX =
      Key.number(
          "write.requests.max", "8192", "Requests under way; more are answered 503.", 1, 1_000_000);

  /** Memory of bodies. */
  public static final Key<Integer> BODIES_MAX =
      Key.number(
          "write.bodies.bytes.max",
          "67108864",
          "Bytes of all bodies under way; more are answered 503.",
          1_048_576,
          Integer.MAX_VALUE);

  /** Rows of a batch. */
  public static final Key<Integer> BATCH_ROWS_MAX =
      Key.number("write.batch.rows.max", "256", "Rows that share one commit.", 1, 10_000);

  /** Largest transaction. */
  public static final Key<Integer> TRANSACTION_BYTES_MAX =
      Key.number(
          "write.transaction.bytes.max",
          "1048576",
          "Largest body of a transaction, bytes.",
          4096,
          67_108_864);

  /** Wait for the seq. */
  public static final Key<Duration> SEQ_WAIT =
      Key.millis(
          "write.seq.wait.ms", "2000", "How long an answer waits for its seq, milliseconds.");

  /** Wait for a commit. */
  public static final Key<Duration> COMMIT_WAIT =
      Key.millis(
          "write.commit.wait.ms",
          "10000",
          "How long a write may stay undecided while the database is away, milliseconds.");

  /** All of them. */
  public static final List<Key<?>> KEYS =
      List.of(
          DATABASE_URL,
          DATABASE_USER,
          DATABASE_PASSWORD,
          DATABASE_MIGRATE,
          DATABASE_WAIT,
          KAFKA_BOOTSTRAP,
          CONTRACTS,
          TOKEN_KEYS,
          ORIGINS,
          LANES,
          REQUESTS_MAX,
          BODIES_MAX,
          BATCH_ROWS_MAX,
          TRANSACTION_BYTES_MAX,
          SEQ_WAIT,
          COMMIT_WAIT);

  /** Where rows go. */
  public record Database(
      String url, String user, String password, boolean migrate, Duration waitMax) {
    /** With migrations at the start. */
    public Database(String url, String user, String password) {
      this(url, user, password, true, Duration.ofMinutes(1));
    }

    /** Without the password, so that no log can hold it. */
    @Override
    public String toString() {
      return url + " as " + user;
    }
  }

  /** Bounds and waits. */
  public record Tuning(
      int lanes,
      int requestsMax,
      int bodyBytesMax,
      int batchRowsMax,
      int transactionBytesMax,
      Duration seqWait,
      Duration commitWait) {

    /** As by the settings' defaults. */
    public static Tuning defaults() {
      return new Tuning(
          2, 8192, 67_108_864, 256, 1_048_576, Duration.ofSeconds(2), Duration.ofSeconds(10));
    }
  }

  /** Reads the settings. */
  public static WriteConfig from(Settings settings) {
    String folder = settings.get(CONTRACTS);
    return new WriteConfig(
        new Database(
            settings.get(DATABASE_URL),
            settings.get(DATABASE_USER),
            settings.get(DATABASE_PASSWORD),
            settings.get(DATABASE_MIGRATE),
            settings.get(DATABASE_WAIT)),
        settings.get(KAFKA_BOOTSTRAP),
        folder.isEmpty() ? null : Path.of(folder),
        settings.get(TOKEN_KEYS),
        settings.get(ORIGINS),
        new Tuning(
            settings.get(LANES),
            settings.get(REQUESTS_MAX),
            settings.get(BODIES_MAX),
            settings.get(BATCH_ROWS_MAX),
            settings.get(TRANSACTION_BYTES_MAX),
            settings.get(SEQ_WAIT),
            settings.get(COMMIT_WAIT)));
  }
}
