package io.tailrace.gateway.hub;

import io.tailrace.gateway.ephemeral.HubDesk;
import io.tailrace.gateway.measure.HubMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the desks' topics and those of other regions, all partitions, without a group. A topic that
 * is not there is looked for again; after a failure everything begins anew. Owned by the hub's
 * thread.
 */
final class HubReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HubReader.class);
  private static final Duration ANSWER = Duration.ofSeconds(2);
  private static final long PAUSE_MS_LEAST = 250;
  private static final long PAUSE_MS_MOST = 10_000;
  private static final long LOOK_MS = 1000;

  /** Another region may not have been mirrored yet; nobody waits long for it. */
  private static final long LOOK_FAR_MS = 5000;

  private static final Duration ANSWER_FAR = Duration.ofMillis(500);

  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final HubTopics topics;
  private final HubMetrics metrics;
  private final Map<String, Integer> partitions = new HashMap<>();
  private @Nullable Consumer<byte[], byte[]> consumer;
  private List<TopicPartition> assigned = List.of();
  private long notBeforeMs = Long.MIN_VALUE;
  private long farNotBeforeMs = Long.MIN_VALUE;
  private long pauseMs = PAUSE_MS_LEAST;

  HubReader(Supplier<Consumer<byte[], byte[]>> consumers, HubTopics topics, HubMetrics metrics) {
    this.consumers = consumers;
    this.topics = topics;
    this.metrics = metrics;
  }

  /** How many partitions a topic has; 0 where that is not known yet. */
  int partitions(String topic) {
    return partitions.getOrDefault(topic, 0);
  }

  /** Whether all of this region's topics are being read. */
  boolean isReading() {
    return partitions.size() >= topics.own().size();
  }

  private boolean isReadingFar() {
    return partitions.size() == topics.own().size() + topics.far().size();
  }

  /** Waits so long for records at most; there are none while Kafka cannot be read. */
  Iterable<ConsumerRecord<byte[], byte[]>> poll(Duration wait, long nowMs) {
    try {
      Consumer<byte[], byte[]> reading = consumer;
      if (nowMs >= notBeforeMs && !isReading()) {
        reading = look(nowMs);
      }
      if (reading != null && isReading() && !isReadingFar() && nowMs >= farNotBeforeMs) {
        lookFar(reading, nowMs);
      }
      if (reading == null || assigned.isEmpty()) {
        Thread.sleep(wait);
        return List.of();
      }
      return reading.poll(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    } catch (KafkaException e) {
      broken(e, nowMs);
      return List.of();
    }
  }

  @Override
  public void close() {
    forget();
  }

  /** Looks for the topics that are not read yet. */
  private Consumer<byte[], byte[]> look(long nowMs) {
    notBeforeMs = nowMs + LOOK_MS;
    Consumer<byte[], byte[]> reading = consumer;
    if (reading == null) {
      reading = consumers.get();
      consumer = reading;
    }
    for (HubTopics.Source source : topics.own()) {
      look(reading, source, ANSWER, nowMs);
    }
    pauseMs = PAUSE_MS_LEAST;
    return reading;
  }

  /** The same for other regions' topics, beside those of this one, which are being read. */
  private void lookFar(Consumer<byte[], byte[]> reading, long nowMs) {
    farNotBeforeMs = nowMs + LOOK_FAR_MS;
    try {
      for (HubTopics.Source source : topics.far()) {
        look(reading, source, ANSWER_FAR, nowMs);
      }
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      // Perhaps it may not be read. What is being read goes on without it.
      LOG.atWarn()
          .addKeyValue("reason", e.toString())
          .log("other regions' topics could not be looked for");
    }
  }

  private void look(
      Consumer<byte[], byte[]> reading, HubTopics.Source source, Duration within, long nowMs) {
    if (partitions.containsKey(source.topic())) {
      return;
    }
    List<PartitionInfo> found = reading.partitionsFor(source.topic(), within);
    if (found == null || found.isEmpty()) {
      return;
    }
    List<TopicPartition> fresh = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      fresh.add(new TopicPartition(source.topic(), i));
    }
    Map<TopicPartition, Long> starts = starts(reading, source.desk(), fresh, nowMs);
    List<TopicPartition> all = new ArrayList<>(assigned);
    all.addAll(fresh);
    reading.assign(all);
    starts.forEach(reading::seek);
    assigned = all;
    partitions.put(source.topic(), found.size());
    LOG.atInfo().addKeyValue("topic", source.topic()).log("an ephemeral topic is read");
  }

  private static Map<TopicPartition, Long> starts(
      Consumer<byte[], byte[]> reading, HubDesk desk, List<TopicPartition> fresh, long nowMs) {
    Map<TopicPartition, Long> starts = new HashMap<>(reading.endOffsets(fresh, ANSWER));
    if (desk.startBackMs() > 0) {
      Map<TopicPartition, Long> query = new HashMap<>();
      fresh.forEach(partition -> query.put(partition, nowMs - desk.startBackMs()));
      Map<TopicPartition, OffsetAndTimestamp> since = reading.offsetsForTimes(query, ANSWER);
      since.forEach((partition, first) -> {
        if (first != null) {
          starts.put(partition, first.offset());
        }
      });
    }
    return starts;
  }

  private void broken(KafkaException e, long nowMs) {
    LOG.atWarn()
        .addKeyValue("pauseMs", pauseMs)
        .addKeyValue("reason", e.toString())
        .log("the ephemeral topics cannot be read");
    forget();
    notBeforeMs = nowMs + pauseMs;
    pauseMs = Math.min(PAUSE_MS_MOST, pauseMs * 2);
    metrics.broke();
  }

  private void forget() {
    Consumer<byte[], byte[]> old = consumer;
    consumer = null;
    assigned = List.of();
    partitions.clear();
    if (old != null) {
      try {
        old.close(CloseOptions.timeout(Duration.ZERO));
      } catch (KafkaException e) {
        LOG.atDebug().setCause(e).log("a consumer did not close well");
      }
    }
  }
}
