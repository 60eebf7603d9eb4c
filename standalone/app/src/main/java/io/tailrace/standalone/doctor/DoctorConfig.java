package io.tailrace.standalone.doctor;

import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SharedKeys;
import io.tailrace.sequencer.store.HistoryOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is looked at.
 *
 * @param databaseUrl JDBC address of the primary
 * @param databaseUser a role that may read {@code tailrace.outbox} whole: the relay's is right
 * @param urls addresses of services, for their health; may be empty
 * @param authorities whom calls to them trust; empty for those of the JVM
 * @param contractsDir the contracts; empty for the shipped ones
 * @param catchupGroups consumer groups of the catch-up services
 * @param window which rows are reconciled
 */
public record DoctorConfig(
    String databaseUrl,
    String databaseUser,
    String databasePassword,
    String kafkaBootstrap,
    List<String> urls,
    Optional<Path> authorities,
    Optional<Path> contractsDir,
    List<String> catchupGroups,
    Window window) {

  /**
   * Which rows are reconciled.
   *
   * @param since committed within so long ago
   * @param settle and not within so short ago: they may be on their way
   * @param rowsMax at most so many, the latest
   */
  public record Window(Duration since, Duration settle, int rowsMax) {}

  private static final Key<List<String>> URLS =
      Key.list(
          "urls",
          "",
          "Addresses of the services, http://HOST:PORT separated by commas, asked for their health.");
  private static final Key<List<String>> CATCHUP_GROUPS =
      Key.list(
          "catchup.groups",
          HistoryOptions.APPLICATION_ID,
          "Consumer groups of the catch-up services.");

  /** Where everything is, for services that run on their own. */
  public static List<Key<?>> keys() {
    return List.of(
        SharedKeys.DATABASE_URL,
        SharedKeys.DATABASE_USER,
        SharedKeys.DATABASE_PASSWORD,
        SharedKeys.KAFKA_BOOTSTRAP,
        URLS,
        SharedKeys.TLS_CA,
        SharedKeys.CONTRACTS_DIR,
        CATCHUP_GROUPS);
  }

  /** From settings that were loaded with {@link #keys}. */
  public static DoctorConfig from(Settings settings, Window window) {
    return new DoctorConfig(
        settings.get(SharedKeys.DATABASE_URL),
        settings.get(SharedKeys.DATABASE_USER),
        settings.get(SharedKeys.DATABASE_PASSWORD),
        settings.get(SharedKeys.KAFKA_BOOTSTRAP),
        settings.get(URLS),
        settings.get(SharedKeys.TLS_CA),
        settings.get(SharedKeys.CONTRACTS_DIR),
        settings.get(CATCHUP_GROUPS),
        window);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "doctor of " + databaseUrl + " and " + kafkaBootstrap;
  }
}
