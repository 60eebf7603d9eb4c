package io.tailrace.standalone.doctor;

import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** The topics: present, laid out alike, kept long enough, with all their replicas. */
final class KafkaCheck {
  private static final String NAME = "topics";

  /** Those whose partitions must be the same, since one channel's records meet in them. */
  private static final List<String> ALIKE = List.of(Topics.OUTBOX, Topics.EVENTS, Topics.RECEIPTS);

  private static final Duration OUTBOX_KEPT = Duration.ofDays(7);
  private static final long WAIT_SECONDS = 10;

  private final Report report;
  private final Admin admin;

  KafkaCheck(Report report, Admin admin) {
    this.report = report;
    this.admin = admin;
  }

  /** Looks at all of it; those of the topics that are there are the answer. */
  Set<String> run(Contracts contracts)
      throws InterruptedException, ExecutionException, TimeoutException {
    report.looked(NAME);
    Set<String> present = new HashSet<>(Topics.all());
    present.retainAll(admin.listTopics().names().get(WAIT_SECONDS, TimeUnit.SECONDS));
    for (String topic : Topics.all()) {
      if (!present.contains(topic)) {
        report.error(
            NAME,
            "there is no topic " + topic,
            topic.equals(Topics.OUTBOX) || topic.equals(Topics.EVENTS)
                ? "the log is lost, or was never made: a sequencer makes it, a rebuild fills it"
                : "a sequencer or a catch-up service makes it at its start",
            Runbook.REBUILD);
      }
    }
    Map<String, TopicDescription> topics =
        new TreeMap<>(
            admin.describeTopics(present).allTopicNames().get(WAIT_SECONDS, TimeUnit.SECONDS));
    partitions(topics);
    topics.values().forEach(this::replicas);
    kept(present, contracts);
    return present;
  }

  private void partitions(Map<String, TopicDescription> topics) {
    Map<String, Integer> counts = new TreeMap<>();
    for (String topic : ALIKE) {
      TopicDescription found = topics.get(topic);
      if (found != null) {
        counts.put(topic, found.partitions().size());
      }
    }
    if (new HashSet<>(counts.values()).size() > 1) {
      report.error(
          NAME,
          "the topics differ in their number of partitions: " + counts,
          "a channel's records no longer meet: its order is not what it was",
          Runbook.UPGRADING);
    }
  }

  private void replicas(TopicDescription topic) {
    int without = 0;
    int fewer = 0;
    for (TopicPartitionInfo partition : topic.partitions()) {
      if (partition.leader() == null || partition.leader().isEmpty()) {
        without++;
      } else if (partition.isr().size() < partition.replicas().size()) {
        fewer++;
      }
    }
    if (without > 0) {
      report.error(
          NAME,
          without + " partitions of " + topic.name() + " have no leader",
          "their channels stand still",
          Runbook.KAFKA);
    }
    if (fewer > 0) {
      report.warning(
          NAME,
          fewer + " partitions of " + topic.name() + " lack replicas",
          "a broker is away, or slow; the next one that goes may stop them",
          Runbook.KAFKA);
    }
  }

  private void kept(Set<String> present, Contracts contracts)
      throws InterruptedException, ExecutionException, TimeoutException {
    List<ConfigResource> asked = new ArrayList<>();
    present.forEach(topic -> asked.add(new ConfigResource(ConfigResource.Type.TOPIC, topic)));
    Map<ConfigResource, Config> found =
        admin.describeConfigs(asked).all().get(WAIT_SECONDS, TimeUnit.SECONDS);
    found.forEach((topic, config) -> {
      if (topic.name().equals(Topics.EVENTS)) {
        atLeast(topic.name(), config, contracts.longestRetention(), "the contracts promise");
      } else if (topic.name().equals(Topics.OUTBOX)) {
        atLeast(topic.name(), config, OUTBOX_KEPT, "it is to be");
      }
    });
  }

  private void atLeast(String topic, Config config, Duration wanted, String who) {
    long has = Long.parseLong(config.get(TopicConfig.RETENTION_MS_CONFIG).value());
    if (has >= 0 && has < wanted.toMillis()) {
      report.error(
          NAME,
          topic
              + " keeps records for "
              + Duration.ofMillis(has).toHours()
              + " h, "
              + who
              + " "
              + wanted.toHours(),
          "what is older is gone for whoever builds a store anew, or was away",
          Runbook.UPGRADING);
    }
  }
}
