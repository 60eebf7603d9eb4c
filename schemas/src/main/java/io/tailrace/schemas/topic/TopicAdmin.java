package io.tailrace.schemas.topic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Makes the topics where they are missing, brings what depends on the version or the contracts in
 * line where they are there, and refuses a log whose partition count differs.
 *
 * <p>The time of a record in the log of events is its commit time: retention is a promise about
 * events. In the outbox and among the dead letters it is the time of arrival: rows of last month,
 * which come late or come again with a rebuild, must not be deleted before they are read. In the
 * ephemeral topics it is the time of arrival too: what is too old to be shown is told by one clock.
 */
public final class TopicAdmin {
  private static final long WAIT_SECONDS = 60;
  private static final long ASK_AGAIN_MS = 50;
  private static final String RETENTION = TopicConfig.RETENTION_MS_CONFIG;
  private static final String TIMESTAMP_TYPE = TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG;
  private static final String TIMESTAMP_AFTER_MAX =
      TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG;
  private static final Map<String, String> BY_ARRIVAL = Map.of(TIMESTAMP_TYPE, "LogAppendTime");

  /** A segment is deleted whole, so what is kept for minutes is in small ones. */
  private static final Map<String, String> FOR_MINUTES =
      Map.of(
          TIMESTAMP_TYPE,
          "LogAppendTime",
          TopicConfig.SEGMENT_MS_CONFIG,
          Long.toString(Duration.ofMinutes(5).toMillis()),
          TopicConfig.SEGMENT_BYTES_CONFIG,
          Integer.toString(64 << 20));

  /**
   * Kafka refuses records from an hour ahead by default: a database whose clock is wrong would stop
   * the sequencer for good.
   */
  private static final Map<String, String> BY_COMMIT =
      Map.of(TIMESTAMP_TYPE, "CreateTime", TIMESTAMP_AFTER_MAX, Long.toString(Long.MAX_VALUE));

  /**
   * Of each reader the last receipt. For an hour none is thrown away: whoever finds a receipt of
   * less behind one of more has that long to write the one of more again. What is being written to
   * is not compacted, so the files are small.
   */
  private static final Map<String, String> OF_RECEIPTS =
      Map.of(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          "compact",
          TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG,
          Long.toString(Duration.ofHours(1).toMillis()),
          TopicConfig.SEGMENT_BYTES_CONFIG,
          Integer.toString(64 * 1024 * 1024),
          TopicConfig.SEGMENT_MS_CONFIG,
          Long.toString(Duration.ofHours(6).toMillis()));

  private static final List<String> ALIGNED =
      List.of(
          TIMESTAMP_TYPE,
          TIMESTAMP_AFTER_MAX,
          TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG,
          TopicConfig.SEGMENT_BYTES_CONFIG,
          TopicConfig.SEGMENT_MS_CONFIG);

  private TopicAdmin() {}

  /**
   * Creates what is missing and checks what is there. Blocks for up to a minute a step. The
   * retention of an existing log of events is raised where the plan's is longer, never lowered.
   *
   * @throws IllegalStateException where a topic has another number of partitions than planned, or
   *     where the broker does not answer; the text says what to do
   */
  public static void ensure(Admin admin, TopicPlan plan) {
    try {
      Set<String> present = admin.listTopics().names().get(WAIT_SECONDS, TimeUnit.SECONDS);
      List<NewTopic> missing = new ArrayList<>();
      for (NewTopic topic : topics(plan)) {
        if (!present.contains(topic.name())) {
          missing.add(topic);
        }
      }
      create(admin, missing);
      check(admin, plan);
      align(admin, plan, present);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while looking at the topics", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(
          "Kafka did not create or describe the topics; is kafka.bootstrap right and may this user"
              + " create topics?",
          e);
    }
  }

  private static void create(Admin admin, List<NewTopic> missing)
      throws InterruptedException, ExecutionException, TimeoutException {
    for (var result : admin.createTopics(missing).values().values()) {
      try {
        result.get(WAIT_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        // Another service that starts beside this one may have been first.
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
  }

  private static void check(Admin admin, TopicPlan plan)
      throws InterruptedException, ExecutionException, TimeoutException {
    for (TopicDescription topic : describe(admin, plan).values()) {
      if (topic.partitions().size() != plan.partitions()) {
        throw new IllegalStateException(
            "topic "
                + topic.name()
                + " has "
                + topic.partitions().size()
                + " partitions, but kafka.partitions says "
                + plan.partitions()
                + ": set kafka.partitions to what the log has; changing it needs a rebuild");
      }
    }
  }

  /**
   * A broker may not know yet what the controller has just made: it is asked again. It may also
   * have told of a topic that the controller had deleted: that one is made.
   */
  private static Map<String, TopicDescription> describe(Admin admin, TopicPlan plan)
      throws InterruptedException, ExecutionException, TimeoutException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (true) {
      try {
        return admin
            .describeTopics(List.of(Topics.OUTBOX, Topics.EVENTS, Topics.RECEIPTS))
            .allTopicNames()
            .get(WAIT_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
            || System.nanoTime() - deadline > 0) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(ASK_AGAIN_MS);
        create(admin, topics(plan));
      }
    }
  }

  /** Sets what a topic of an older version, or of shorter contracts, has otherwise. */
  private static void align(Admin admin, TopicPlan plan, Set<String> present)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<ConfigResource, NewTopic> old = new HashMap<>();
    for (NewTopic topic : topics(plan)) {
      if (present.contains(topic.name())) {
        old.put(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()), topic);
      }
    }
    // A broker tells what it has learnt of the controller by now: the next who looks, and would not
    // lower what was raised, is to find it.
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (true) {
      Map<ConfigResource, Collection<AlterConfigOp>> changes = changes(admin, old);
      if (changes.isEmpty()) {
        return;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new TimeoutException(
            "the topics' settings were changed, and the brokers do not say so");
      }
      admin.incrementalAlterConfigs(changes).all().get(WAIT_SECONDS, TimeUnit.SECONDS);
      TimeUnit.MILLISECONDS.sleep(ASK_AGAIN_MS);
    }
  }

  private static Map<ConfigResource, Collection<AlterConfigOp>> changes(
      Admin admin, Map<ConfigResource, NewTopic> planned)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<ConfigResource, Config> found =
        admin.describeConfigs(planned.keySet()).all().get(WAIT_SECONDS, TimeUnit.SECONDS);
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    found.forEach((resource, config) -> {
      List<AlterConfigOp> ops = changes(Objects.requireNonNull(planned.get(resource)), config);
      if (!ops.isEmpty()) {
        changes.put(resource, ops);
      }
    });
    return changes;
  }

  private static List<AlterConfigOp> changes(NewTopic planned, Config found) {
    List<AlterConfigOp> ops = new ArrayList<>();
    for (String name : ALIGNED) {
      String wanted = planned.configs().get(name);
      if (wanted != null && !wanted.equals(found.get(name).value())) {
        ops.add(set(name, wanted));
      }
    }
    String retention = planned.configs().get(RETENTION);
    if (planned.name().equals(Topics.EVENTS) && retention != null) {
      long has = Long.parseLong(found.get(RETENTION).value());
      long wants = Long.parseLong(retention);
      if (has >= 0 && (wants < 0 || wants > has)) {
        ops.add(set(RETENTION, retention));
      }
    }
    return ops;
  }

  private static AlterConfigOp set(String name, String value) {
    return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
  }

  private static List<NewTopic> topics(TopicPlan plan) {
    return List.of(
        topic(Topics.OUTBOX, plan, Duration.ofDays(7), BY_ARRIVAL),
        topic(Topics.EVENTS, plan, plan.eventsRetention(), BY_COMMIT),
        topic(Topics.DEADLETTER, plan, Duration.ofDays(30), BY_ARRIVAL),
        topic(Topics.SIGNALS, plan, Duration.ofMinutes(5), FOR_MINUTES),
        topic(Topics.PRESENCE, plan, Duration.ofMinutes(10), FOR_MINUTES),
        new NewTopic(Topics.RECEIPTS, plan.partitions(), plan.replication()).configs(OF_RECEIPTS));
  }

  private static NewTopic topic(
      String name, TopicPlan plan, Duration retention, Map<String, String> times) {
    Map<String, String> configs = new HashMap<>(times);
    configs.put("cleanup.policy", "delete");
    configs.put(RETENTION, Long.toString(retention.isNegative() ? -1 : retention.toMillis()));
    return new NewTopic(name, plan.partitions(), plan.replication()).configs(configs);
  }
}
