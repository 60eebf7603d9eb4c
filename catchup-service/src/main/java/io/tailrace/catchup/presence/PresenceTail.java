package io.tailrace.catchup.presence;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.schemas.presence.Digest;
import io.tailrace.schemas.region.FarClock;
import io.tailrace.schemas.region.OtherRegions;
import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.Topics;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the topic of presence, and those of other regions as they are mirrored here, on a thread of
 * its own; after a failure it begins anew.
 */
public final class PresenceTail implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PresenceTail.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final long PAUSE_MS = 1000;
  private static final long SILENCE_MS = 10_000;

  /** Another region may not have been mirrored yet. */
  private static final long LOOK_FAR_MS = 5000;

  private final Presence state = new Presence();
  private final InstantSource clock = InstantSource.system();
  private final Map<String, Object> settings;
  private final List<String> far;
  private final Map<TopicPartition, FarClock> farClocks = new HashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  private PresenceTail(String bootstrap, OtherRegions others) {
    far = others.mirrored(Topics.PRESENCE);
    settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            false,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "latest",
            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
            false,
            ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            (int) ANSWER.toMillis(),
            ConsumerConfig.CLIENT_ID_CONFIG,
            "catchup-service-presence");
  }

  /** Starts; Kafka need not be there. */
  public static PresenceTail start(String bootstrap, OtherRegions others) {
    PresenceTail tail = new PresenceTail(bootstrap, others);
    Thread.ofPlatform().name("presence").start(tail::run);
    return tail;
  }

  /** What is known. */
  public Presence state() {
    return state;
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      if (!ended.await(5, TimeUnit.SECONDS)) {
        LOG.atWarn().log("the tail of presence did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (closing.getCount() > 0) {
        try (Consumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
          follow(consumer);
        } catch (KafkaException e) {
          LOG.atWarn().addKeyValue("reason", e.toString()).log("presence cannot be read");
        } catch (RuntimeException e) {
          // A bug: history is answered all the same.
          LOG.atError().setCause(e).log("the tail of presence has failed");
        }
        state.read(false);
        if (closing.await(PAUSE_MS, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      ended.countDown();
    }
  }

  private void follow(Consumer<byte[], byte[]> consumer) {
    Map<TopicPartition, Long> ends = new HashMap<>(begin(consumer, Topics.PRESENCE));
    if (ends.isEmpty()) {
      return;
    }
    List<String> missing = new ArrayList<>(far);
    long lookedMs = steadyMs() - LOOK_FAR_MS;
    boolean caughtUp = false;
    long heardMs = steadyMs();
    while (closing.getCount() > 0) {
      state.tick(clock.millis(), steadyMs());
      if (!missing.isEmpty() && steadyMs() - lookedMs >= LOOK_FAR_MS) {
        lookedMs = steadyMs();
        // Those that are there at the start are read before anybody is answered.
        missing.removeIf(topic -> {
          Map<TopicPartition, Long> found = beginFar(consumer, topic);
          ends.putAll(found);
          return !found.isEmpty();
        });
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        take(record);
        heardMs = steadyMs();
      }
      if (steadyMs() - heardMs > SILENCE_MS) {
        // Nobody may be here, or Kafka may be away, which a poll does not tell.
        consumer.endOffsets(ends.keySet(), ANSWER);
        heardMs = steadyMs();
      }
      if (!caughtUp) {
        caughtUp =
            ends.entrySet().stream()
                .allMatch(one -> consumer.position(one.getKey(), ANSWER) >= one.getValue());
        state.read(caughtUp);
      }
    }
  }

  /** Another region's: whatever is wrong with it, this region's own is read on. */
  private Map<TopicPartition, Long> beginFar(Consumer<byte[], byte[]> consumer, String topic) {
    try {
      return begin(consumer, topic);
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      LOG.atWarn()
          .addKeyValue("topic", topic)
          .addKeyValue("reason", e.toString())
          .log("another region's presence could not be looked for");
      return Map.of();
    }
  }

  /**
   * Reads a topic too, from some minutes back; where it ends now, nothing where it is not there.
   */
  private Map<TopicPartition, Long> begin(Consumer<byte[], byte[]> consumer, String topic) {
    List<TopicPartition> fresh =
        consumer.partitionsFor(topic, ANSWER).stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    if (fresh.isEmpty()) {
      return Map.of();
    }
    Map<TopicPartition, Long> ends = consumer.endOffsets(fresh, ANSWER);
    Map<TopicPartition, Long> back = new HashMap<>();
    fresh.forEach(partition -> back.put(partition, clock.millis() - Digest.TTL_MS_MAX));
    Map<TopicPartition, OffsetAndTimestamp> since = consumer.offsetsForTimes(back, ANSWER);
    List<TopicPartition> all = new ArrayList<>(consumer.assignment());
    all.addAll(fresh);
    consumer.assign(all);
    for (TopicPartition partition : fresh) {
      OffsetAndTimestamp first = since.get(partition);
      consumer.seek(partition, first == null ? ends.getOrDefault(partition, 0L) : first.offset());
    }
    return ends;
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() == null) {
      return;
    }
    try {
      String channel = new String(record.key(), UTF_8);
      Digest digest = Digest.parse(record.value());
      if (record.topic().equals(Topics.PRESENCE)) {
        state.read(channel, digest, record.timestamp(), clock.millis(), steadyMs());
      } else {
        long ageMs =
            farClocks
                .computeIfAbsent(
                    new TopicPartition(record.topic(), record.partition()), _ -> new FarClock())
                .ageMs(record.timestamp(), clock.millis(), steadyMs());
        state.readFar(channel, digest, ageMs, steadyMs());
      }
    } catch (BadRecordException e) {
      LOG.atWarn().addKeyValue("reason", e.getMessage()).log("a record is no digest of presence");
    }
  }

  private static long steadyMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }
}
