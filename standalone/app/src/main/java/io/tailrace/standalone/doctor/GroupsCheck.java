package io.tailrace.standalone.doctor;

import io.tailrace.schemas.topic.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * Whether those who read the log keep up. A number of records alone does not say so: what stood in
 * a partition at the first look has to be read within some seconds.
 */
final class GroupsCheck {
  private static final String NAME = "lag";
  private static final long WAIT_SECONDS = 10;
  private static final long READ_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final Report report;
  private final Admin admin;

  GroupsCheck(Report report, Admin admin) {
    this.report = report;
    this.admin = admin;
  }

  /** The sequencers, which read the outbox topic. */
  void sequencer() throws InterruptedException, ExecutionException, TimeoutException {
    report.looked(NAME);
    behind(
        Topics.SEQUENCER_GROUP,
        Topics.OUTBOX,
        IsolationLevel.READ_UNCOMMITTED,
        "rows wait for their seq: is a sequencer running, and what does its log say?",
        Runbook.KAFKA);
  }

  /** Catch-up services, which read the log of events. */
  void catchup(String group) throws InterruptedException, ExecutionException, TimeoutException {
    behind(
        group,
        Topics.EVENTS,
        IsolationLevel.READ_COMMITTED,
        "history and new subscribes wait for it",
        Runbook.HISTORY);
  }

  private void behind(
      String group, String topic, IsolationLevel isolation, String means, Runbook runbook)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, Long> ends = ends(topic, isolation);
    long deadline = System.nanoTime() + READ_WITHIN_NANOS;
    Map<TopicPartition, Long> lags = lags(group, ends);
    while (!lags.isEmpty() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
      lags = lags(group, ends);
    }
    if (!lags.isEmpty()) {
      long records = lags.values().stream().mapToLong(Long::longValue).sum();
      report.error(
          NAME,
          "the group "
              + group
              + " has not read "
              + records
              + " records of "
              + topic
              + " within "
              + TimeUnit.NANOSECONDS.toSeconds(READ_WITHIN_NANOS)
              + " s, in partitions "
              + lags.keySet().stream()
                  .map(TopicPartition::partition)
                  .sorted()
                  .limit(20)
                  .map(String::valueOf)
                  .collect(Collectors.joining(", ")),
          means,
          runbook);
    }
  }

  private Map<TopicPartition, Long> ends(String topic, IsolationLevel isolation)
      throws InterruptedException, ExecutionException, TimeoutException {
    var partitions =
        admin
            .describeTopics(List.of(topic))
            .allTopicNames()
            .get(WAIT_SECONDS, TimeUnit.SECONDS)
            .values()
            .iterator()
            .next()
            .partitions();
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    partitions.forEach(
        each -> latest.put(new TopicPartition(topic, each.partition()), OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    Map<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> found =
        admin
            .listOffsets(latest, new ListOffsetsOptions(isolation))
            .all()
            .get(WAIT_SECONDS, TimeUnit.SECONDS);
    found.forEach((partition, end) -> ends.put(partition, end.offset()));
    return ends;
  }

  /** Where it has not come to the end, how far it is from it. */
  private Map<TopicPartition, Long> lags(String group, Map<TopicPartition, Long> ends)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, OffsetAndMetadata> read =
        admin
            .listConsumerGroupOffsets(group)
            .partitionsToOffsetAndMetadata()
            .get(WAIT_SECONDS, TimeUnit.SECONDS);
    Map<TopicPartition, Long> lags = new HashMap<>();
    ends.forEach((partition, end) -> {
      OffsetAndMetadata at = read.get(partition);
      long lag = end - (at == null ? 0 : at.offset());
      if (lag > 0) {
        lags.put(partition, lag);
      }
    });
    return lags;
  }
}
