package io.tailrace.write;

import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SharedKeys;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
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
    Tuning tuning,
    Optional<URI> otlp) {

  /** The role that has exactly the rights which the running service needs. */
  private static final String SERVICE_ROLE = "tailrace_service";

  private static final Key<Boolean> DATABASE_MIGRATE =
      Key.flag("database.migrate", "true", "Whether missing migrations are applied at the start.");

  private static final Key<String> DATABASE_ROLE =
      Key.text(
          "database.role",
          SERVICE_ROLE,
          "Role whose rights the running service has, once migrations are applied; the user must be"
              + " a member of it.");

  private static final Key<Duration> DATABASE_WAIT =
      Key.millis(
          "database.wait.ms", "60000", "How long the start waits for the database, milliseconds.");

  private static final Key<Integer> LANES =
      Key.number("write.lanes", "2", "Connections that commit at the same time.", 1, 64);

  private static final Key<Integer> REQUESTS_MAX =
      Key.number(
          "write.requests.max", "8192", "Requests under way; more are answered 503.", 1, 1_000_000);

  private static final Key<Integer> BODIES_MAX =
      Key.number(
          "write.bodies.bytes.max",
          "67108864",
          "Bytes of all bodies under way; more are answered 503.",
          1_048_576,
          Integer.MAX_VALUE);

  private static final Key<Integer> BATCH_ROWS_MAX =
      Key.number("write.batch.rows.max", "256", "Rows that share one commit.", 1, 10_000);

  private static final Key<Integer> TRANSACTION_BYTES_MAX =
      Key.number(
          "write.transaction.bytes.max",
          "1048576",
          "Largest body of a transaction, bytes.",
          4096,
          67_108_864);

  private static final Key<Duration> SEQ_WAIT =
      Key.millis(
          "write.seq.wait.ms", "2000", "How long an answer waits for its seq, milliseconds.");

  private static final Key<Duration> COMMIT_WAIT =
      Key.millis(
          "write.commit.wait.ms",
          "10000",
          "How long a write may stay undecided while the database is away, milliseconds.");

  /** All settings, in the order in which they are documented. */
  public static List<Key<?>> keys() {
    return List.of(
        SharedKeys.DATABASE_URL,
        SharedKeys.DATABASE_USER,
        SharedKeys.DATABASE_PASSWORD,
        DATABASE_MIGRATE,
        DATABASE_ROLE,
        DATABASE_WAIT,
        SharedKeys.KAFKA_BOOTSTRAP,
        SharedKeys.CONTRACTS_DIR,
        SharedKeys.KEYS_FILE,
        SharedKeys.ORIGINS,
        LANES,
        REQUESTS_MAX,
        BODIES_MAX,
        BATCH_ROWS_MAX,
        TRANSACTION_BYTES_MAX,
        SEQ_WAIT,
        COMMIT_WAIT,
        SharedKeys.OTLP_URL);
  }

  /** Where rows go. */
  public record Database(
      String url, String user, String password, boolean migrate, String role, Duration waitMax) {
    private static final Pattern ROLE = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

    /**
     * Checks the role's name.
     *
     * @throws IllegalArgumentException where it is none
     */
    public Database {
      if (!ROLE.matcher(role).matches()) {
        throw new IllegalArgumentException(
            "database.role must be small letters, digits and _, such as " + SERVICE_ROLE);
      }
    }

    /** With migrations at the start. */
    public Database(String url, String user, String password) {
      this(url, user, password, true, SERVICE_ROLE, Duration.ofMinutes(1));
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

  /** From settings that were loaded with {@link #keys}. */
  public static WriteConfig from(Settings settings) {
    return new WriteConfig(
        new Database(
            settings.get(SharedKeys.DATABASE_URL),
            settings.get(SharedKeys.DATABASE_USER),
            settings.get(SharedKeys.DATABASE_PASSWORD),
            settings.get(DATABASE_MIGRATE),
            settings.get(DATABASE_ROLE),
            settings.get(DATABASE_WAIT)),
        settings.get(SharedKeys.KAFKA_BOOTSTRAP),
        settings.get(SharedKeys.CONTRACTS_DIR).orElse(null),
        settings.get(SharedKeys.KEYS_FILE),
        settings.get(SharedKeys.ORIGINS),
        new Tuning(
            settings.get(LANES),
            settings.get(REQUESTS_MAX),
            settings.get(BODIES_MAX),
            settings.get(BATCH_ROWS_MAX),
            settings.get(TRANSACTION_BYTES_MAX),
            settings.get(SEQ_WAIT),
            settings.get(COMMIT_WAIT)),
        settings.get(SharedKeys.OTLP_URL));
  }
}
