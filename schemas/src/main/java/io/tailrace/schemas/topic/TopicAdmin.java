package io.tailrace.schemas.topic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Makes the topics where they are missing, and refuses a log whose partition count differs. */
public final class TopicAdmin {
  private static final long WAIT_SECONDS = 60;

  private TopicAdmin() {}

  /**
   * Creates what is missing and checks what is there. Blocks for up to a minute a step.
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
    for (TopicDescription topic : describe(admin).values()) {
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

  /** A broker may not know yet what the controller has just made: it is asked again. */
  private static Map<String, TopicDescription> describe(Admin admin)
      throws InterruptedException, ExecutionException, TimeoutException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (true) {
      try {
        return admin
            .describeTopics(List.of(Topics.OUTBOX, Topics.EVENTS))
            .allTopicNames()
            .get(WAIT_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
            || System.nanoTime() - deadline > 0) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  private static List<NewTopic> topics(TopicPlan plan) {
    return List.of(
        topic(Topics.OUTBOX, plan, Duration.ofDays(7)),
        topic(Topics.EVENTS, plan, plan.eventsRetention()),
        topic(Topics.DEADLETTER, plan, Duration.ofDays(30)),
        topic(Topics.SIGNALS, plan, Duration.ofMinutes(5)),
        topic(Topics.PRESENCE, plan, Duration.ofMinutes(10)),
        new NewTopic(Topics.RECEIPTS, plan.partitions(), plan.replication())
            .configs(Map.of("cleanup.policy", "compact")));
  }

  private static NewTopic topic(String name, TopicPlan plan, Duration retention) {
    long retentionMs = retention.isNegative() ? -1 : retention.toMillis();
    return new NewTopic(name, plan.partitions(), plan.replication())
        .configs(
            Map.of(
                "cleanup.policy",
                "delete",
                "retention.ms",
                Long.toString(retentionMs),
                // Commit times are the record times; a rebuild writes old ones, and they must stay.
                "message.timestamp.type",
                "CreateTime"));
  }
}
