package io.tailrace.sequencer;

import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.errors.InvalidSessionTimeoutException;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.slf4j.Logger;

/**
 * A process's place in its consumer group: how long the group keeps it for a silent process, and
 * whether somebody else is there to take it over.
 */
public final class GroupPlace {
  /** The brokers' lower bound of a session; 6000 ms where nobody has set it. */
  public static final String LEAST_SESSION = "group.min.session.timeout.ms";

  /**
   * Heartbeats in a session. Kafka advises three at least; a heartbeat is also how a process learns
   * that another one is missed, so its interval is a part of every takeover.
   */
  private static final int HEARTBEATS = 6;

  /** However patient the group is with the silent, the others must hear soon of who left. */
  private static final int HEARTBEAT_MS_MAX = 100;

  /**
   * A broker is asked by one fetch at a time. One that waits at the ends of some partitions keeps
   * those that have just been taken over, or are read back, from being asked for.
   */
  private static final int FETCH_WAIT_MS = 50;

  /**
   * Processes that stop often stop together, on a machine that has little time for each; and who
   * stays in the group by mistake keeps its partitions from the others for a whole session.
   */
  private static final long ASK_MS = 5_000;

  private GroupPlace() {}

  /**
   * Sets what the consumers need to take over soon.
   *
   * @param instance static membership: a process that comes back under its name within its session
   *     takes over from itself
   */
  public static void put(Properties properties, String instance, Duration session) {
    put(properties, ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, instance);
    put(properties, ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, Math.toIntExact(session.toMillis()));
    put(
        properties,
        ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
        Math.clamp(session.toMillis() / HEARTBEATS, 1, HEARTBEAT_MS_MAX));
    properties.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), FETCH_WAIT_MS);
  }

  /**
   * Does what the first partition would else wait for: the stores' native library is unpacked and
   * loaded. Before the group is joined, while another process still has the partitions.
   */
  public static void prepare() {
    RocksDB.loadLibrary();
  }

  private static void put(Properties properties, String name, Object value) {
    properties.put(StreamsConfig.mainConsumerPrefix(name), value);
  }

  /**
   * Whether a thread died because the brokers do not allow its session. Trying again does not help;
   * the log says what does.
   *
   * @param setting the service's name for the session
   */
  public static boolean isRefused(Throwable fault, String setting, Duration session, Logger log) {
    for (@Nullable Throwable one = fault; one != null; one = one.getCause()) {
      if (one instanceof InvalidSessionTimeoutException) {
        log.atError()
            .addKeyValue("setting", setting)
            .addKeyValue("sessionMs", session.toMillis())
            .addKeyValue("brokerSetting", LEAST_SESSION)
            .log(
                "the brokers refuse a session this short: set their brokerSetting to no more than"
                    + " sessionMs, or raise the setting");
        return true;
      }
    }
    return false;
  }

  /**
   * Whether another process is in the group now. One that cannot be asked within some seconds
   * counts as none.
   *
   * @param instance the asking process's name; Streams adds the number of the thread
   */
  static boolean isShared(Admin admin, String group, String instance) {
    try {
      return admin
          .describeConsumerGroups(List.of(group))
          .all()
          .get(ASK_MS, TimeUnit.MILLISECONDS)
          .values()
          .stream()
          .flatMap(found -> found.members().stream())
          .anyMatch(member -> !member.groupInstanceId().orElse("").matches(ownThread(instance)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  private static String ownThread(String instance) {
    return Pattern.quote(instance) + "-\\d+";
  }
}
