package io.tailrace.catchup;

import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SharedKeys;
import io.tailrace.schemas.region.OtherRegions;
import io.tailrace.schemas.topic.Placement;
import io.tailrace.sequencer.store.HistoryOptions;
import io.tailrace.sequencer.store.Sharing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the catch-up service.
 *
 * @param store how this process runs the history store
 * @param contractsDir folder of contracts; null for the shipped ones
 * @param serviceKey what gateways prove themselves with when they join
 * @param others regions whose people are shown here too
 * @param limits what may be under way at once
 * @param calls how the processes of the group call each other
 */
public record CatchupConfig(
    String bootstrap,
    int partitions,
    int replication,
    HistoryOptions store,
    Path keysFile,
    @Nullable Path contractsDir,
    String serviceKey,
    List<String> origins,
    OtherRegions others,
    Limits limits,
    Calls calls) {
  /**
   * How the processes of the group call each other.
   *
   * @param secure over TLS, as every port of the group speaks it
   * @param authorities whom they trust then; empty for those of the JVM
   */
  public record Calls(boolean secure, Optional<Path> authorities) {
    /** Without TLS. */
    public static final Calls PLAIN = new Calls(false, Optional.empty());
  }

  /**
   * What may be under way at once; more is refused as {@code overloaded}.
   *
   * @param waits requests that wait for the store
   * @param streams answers that are read while they are sent
   * @param forwards requests that another process answers
   */
  public record Limits(int waits, int streams, int forwards) {
    /** For one process beside its broker. */
    public static final Limits LOCAL = new Limits(20_000, 32, 1000);
  }

  private static final Key<Path> STATE_DIR =
      Key.path(
          "state.dir",
          "data/catchup",
          "Folder of the history store; keep it between runs, one per process.");
  private static final Key<String> INSTANCE =
      Key.optionalText(
          "catchup.instance",
          "Name of this process in its group; made and kept in the state folder where none is"
              + " given.");
  private static final Key<Integer> THREADS =
      Key.number("catchup.threads", "1", "Threads that feed the store.", 1, 64);
  private static final Key<String> GROUP =
      Key.text(
          "catchup.group",
          HistoryOptions.APPLICATION_ID,
          "Consumer group; processes of one group share the partitions, one alone holds all.");
  private static final Key<Duration> SESSION =
      Key.millis(
          "catchup.session.ms",
          "3000",
          "How long a silent process keeps its partitions; the brokers' group.min.session.timeout.ms"
              + " must allow it.");
  private static final Key<Integer> CACHE_MIB =
      Key.number("catchup.cache.mib", "64", "Memory of the store's cache, in MiB.", 8, 65_536);
  private static final Key<Integer> WAITS_MAX =
      Key.number("catchup.waits.max", "20000", "Requests that may wait at once.", 1, 1_000_000);
  private static final Key<Integer> STREAMS_MAX =
      Key.number(
          "catchup.streams.max",
          "32",
          "Answers that may be read from the store while they are sent, at once.",
          1,
          10_000);
  private static final Key<Integer> FORWARDS_MAX =
      Key.number(
          "catchup.forwards.max",
          "1000",
          "Requests that other processes of the group may be answering at once.",
          1,
          100_000);
  private static final Key<String> ADVERTISED =
      Key.optionalText(
          "catchup.advertised",
          "host:port at which the other processes of the group reach this one; needed where there"
              + " are others.");
  private static final Key<Integer> STANDBYS =
      Key.number(
          "catchup.standbys", "0", "Copies of each partition kept on other processes.", 0, 5);

  /** All settings, in the order in which they are documented. */
  public static List<Key<?>> keys() {
    return List.of(
        SharedKeys.KAFKA_BOOTSTRAP,
        SharedKeys.KAFKA_PARTITIONS,
        SharedKeys.KAFKA_REPLICATION,
        STATE_DIR,
        INSTANCE,
        THREADS,
        GROUP,
        SESSION,
        CACHE_MIB,
        SharedKeys.KEYS_FILE,
        SharedKeys.CONTRACTS_DIR,
        SharedKeys.SERVICE_KEY,
        SharedKeys.ORIGINS,
        OtherRegions.SETTING,
        WAITS_MAX,
        STREAMS_MAX,
        FORWARDS_MAX,
        ADVERTISED,
        STANDBYS,
        SharedKeys.TLS_CERTIFICATE,
        SharedKeys.TLS_CA);
  }

  /** From loaded settings. */
  public static CatchupConfig from(Settings settings) {
    return new CatchupConfig(
        settings.get(SharedKeys.KAFKA_BOOTSTRAP),
        settings.get(SharedKeys.KAFKA_PARTITIONS),
        settings.get(SharedKeys.KAFKA_REPLICATION),
        new HistoryOptions(
            settings.get(SharedKeys.KAFKA_BOOTSTRAP),
            settings.get(SharedKeys.KAFKA_PARTITIONS),
            Placement.SHARED,
            settings.get(GROUP),
            settings.get(STATE_DIR),
            settings.get(INSTANCE),
            settings.get(THREADS),
            settings.get(SESSION),
            settings.get(CACHE_MIB),
            new Sharing(settings.get(ADVERTISED), settings.get(STANDBYS))),
        settings.get(SharedKeys.KEYS_FILE),
        settings.get(SharedKeys.CONTRACTS_DIR).orElse(null),
        settings.get(SharedKeys.SERVICE_KEY),
        settings.get(SharedKeys.ORIGINS),
        settings.get(OtherRegions.SETTING),
        new Limits(settings.get(WAITS_MAX), settings.get(STREAMS_MAX), settings.get(FORWARDS_MAX)),
        new Calls(
            settings.get(SharedKeys.TLS_CERTIFICATE).isPresent(), settings.get(SharedKeys.TLS_CA)));
  }
}
