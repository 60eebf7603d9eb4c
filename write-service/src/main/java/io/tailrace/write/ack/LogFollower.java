package io.tailrace.write.ack;

import io.tailrace.schemas.name.Channel;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows all partitions of the log from their ends and tells writers the seq of their events. */
public final class LogFollower implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LogFollower.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final long AGAIN_MS = 500;
  private static final long CLOSE_MS_MAX = 5_000;

  private final String bootstrap;
  private final Acks acks;
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean following;
  private volatile @Nullable KafkaConsumer<String, Integer> open;

  /**
   * Starts to follow.
   *
   * @param rememberedMax events whose places are kept for those who ask late
   */
  public LogFollower(String bootstrap, int rememberedMax) {
    this.bootstrap = bootstrap;
    this.acks = new Acks(rememberedMax);
    this.thread = Thread.ofPlatform().daemon().name("write-ack").start(this::run);
  }

  /**
   * Waits until the ends of all partitions are known; what is committed from now on will be seen.
   *
   * @throws IllegalStateException where that takes longer; names what to look at
   */
  public void awaitStarted(Duration longest) {
    try {
      if (!started.await(longest.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(
            "the topic tailrace.events cannot be read at "
                + bootstrap
                + ": is kafka.bootstrap right, and have the topics been made?");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for Kafka", e);
    }
  }

  /** The event's place, now or later. Whoever stops waiting calls {@link #forget}. */
  public CompletableFuture<Sequenced> await(Channel channel, String id) {
    return acks.await(channel.full(), id);
  }

  /** Nobody waits by this future any more. */
  public void forget(Channel channel, String id, CompletableFuture<Sequenced> waiter) {
    acks.forget(channel.full(), id, waiter);
  }

  /** Events that somebody waits for. */
  public int waiting() {
    return acks.waiting();
  }

  /** Whether the log can be read at the moment. */
  public boolean following() {
    return following;
  }

  @Override
  public void close() {
    stop.countDown();
    KafkaConsumer<String, Integer> consumer = open;
    if (consumer != null) {
      consumer.wakeup();
    }
    try {
      thread.join(CLOSE_MS_MAX);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (stop.getCount() > 0) {
      try (var consumer =
          LogConsumer.open(bootstrap, Map.of(ConsumerConfig.CLIENT_ID_CONFIG, "write-ack"))) {
        open = consumer;
        if (begin(consumer)) {
          following = true;
          started.countDown();
          follow(consumer);
        }
      } catch (WakeupException _) {
        return;
      } catch (KafkaException e) {
        log.atWarn()
            .addKeyValue("fault", e.getClass().getSimpleName())
            .log("the log cannot be read, trying again");
      }
      open = null;
      following = false;
      if (stopsWithin(AGAIN_MS)) {
        return;
      }
    }
  }

  /** Takes up where an earlier consumer stopped, or at the ends; false while there is no topic. */
  private boolean begin(KafkaConsumer<String, Integer> consumer) {
    List<TopicPartition> partitions = LogConsumer.partitions(consumer);
    if (partitions.isEmpty()) {
      return false;
    }
    consumer.assign(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    for (TopicPartition partition : partitions) {
      long position = positions.computeIfAbsent(partition, p -> ends.getOrDefault(p, 0L));
      consumer.seek(partition, position);
    }
    return true;
  }

  private void follow(KafkaConsumer<String, Integer> consumer) {
    while (stop.getCount() > 0) {
      for (ConsumerRecord<String, Integer> record : consumer.poll(POLL)) {
        Sequenced event = Sequenced.read(record.key(), record.headers());
        if (event != null) {
          acks.arrived(event);
        }
        positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
      }
    }
  }

  private boolean stopsWithin(long millis) {
    try {
      return stop.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      return true;
    }
  }
}
