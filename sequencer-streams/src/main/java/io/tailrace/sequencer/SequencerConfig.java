package io.tailrace.sequencer;

import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SharedKeys;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the sequencer.
 *
 * @param bootstrap Kafka's address
 * @param partitions partitions of the log
 * @param replication replicas of changelog topics
 * @param stateDir where the stores lie; kept between runs, never shared by two processes
 * @param instance name of this process in its group; empty: one is made and kept in the state
 *     directory
 * @param threads Streams threads
 * @param standbys copies of the stores on other processes
 * @param commitInterval how often transactions commit: what a read of committed events waits
 * @param session how long a silent process keeps its partitions, and its open transaction
 * @param contractsDir contracts, which say how long the log is kept where this process makes it;
 *     null for the shipped ones. Numbering knows none
 * @param otlp collector of spans; empty: none are made
 */
public record SequencerConfig(
    String bootstrap,
    int partitions,
    int replication,
    Path stateDir,
    String instance,
    int threads,
    int standbys,
    Duration commitInterval,
    Duration session,
    @Nullable Path contractsDir,
    Optional<URI> otlp) {
  private static final Key<Path> STATE_DIR =
      Key.path(
          "state.dir",
          "data/sequencer",
          "Folder of the stores; keep it between runs, one per process.");
  private static final Key<String> INSTANCE =
      Key.optionalText(
          "sequencer.instance",
          "Name of this process in its group; made and kept in the state folder where none is"
              + " given.");
  private static final Key<Integer> THREADS =
      Key.number("sequencer.threads", "1", "Threads that number events.", 1, 64);
  private static final Key<Integer> STANDBYS =
      Key.number("sequencer.standbys", "0", "Copies of the stores kept on other processes.", 0, 5);
  private static final Key<Duration> COMMIT_INTERVAL =
      Key.millis(
          "sequencer.commit.ms",
          "30",
          "How often transactions commit; an acknowledged write waits for one.");
  static final Key<Duration> SESSION =
      Key.millis(
          "sequencer.session.ms",
          "3000",
          "How long a silent process keeps its partitions, and its open transaction; the brokers'"
              + " group.min.session.timeout.ms must allow it.");

  /** All keys, for loading and for {@code --help}. */
  public static List<Key<?>> keys() {
    return List.of(
        SharedKeys.KAFKA_BOOTSTRAP,
        SharedKeys.KAFKA_PARTITIONS,
        SharedKeys.KAFKA_REPLICATION,
        STATE_DIR,
        INSTANCE,
        THREADS,
        STANDBYS,
        COMMIT_INTERVAL,
        SESSION,
        SharedKeys.CONTRACTS_DIR,
        SharedKeys.OTLP_URL);
  }

  /** From loaded settings. */
  public static SequencerConfig from(Settings settings) {
    return new SequencerConfig(
        settings.get(SharedKeys.KAFKA_BOOTSTRAP),
        settings.get(SharedKeys.KAFKA_PARTITIONS),
        settings.get(SharedKeys.KAFKA_REPLICATION),
        settings.get(STATE_DIR),
        settings.get(INSTANCE),
        settings.get(THREADS),
        settings.get(STANDBYS),
        settings.get(COMMIT_INTERVAL),
        settings.get(SESSION),
        settings.get(SharedKeys.CONTRACTS_DIR).orElse(null),
        settings.get(SharedKeys.OTLP_URL));
  }

  /** For one process beside its broker: one replica, no standby. */
  public static SequencerConfig local(String bootstrap, int partitions, Path stateDir) {
    return new SequencerConfig(
        bootstrap,
        partitions,
        1,
        stateDir,
        "",
        1,
        0,
        Duration.ofMillis(30),
        Duration.ofSeconds(3),
        null,
        Optional.empty());
  }
}
