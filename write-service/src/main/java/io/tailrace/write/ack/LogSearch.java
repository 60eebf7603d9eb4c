package io.tailrace.write.ack;

import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.Placement;
import io.tailrace.schemas.topic.Topics;
import io.tailrace.write.measure.WriteMetrics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds an older event in the log, for a write that is repeated long after it was made.
 *
 * <p>A record's timestamp is its commit time, so the first record that is not older than the commit
 * stands at or before the event; from there the partition is read, bounded in records and time.
 */
public final class LogSearch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LogSearch.class);
  private static final int WAITING_MAX = 64;
  private static final int RECORDS_MAX = 100_000;
  private static final long SEARCH_NANOS_MAX = TimeUnit.SECONDS.toNanos(2);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long IDLE_MS = 200;
  private static final long CLOSE_MS_MAX = 5_000;

  private record Wanted(
      Channel channel, String id, Instant commitTime, CompletableFuture<Sequenced> found) {}

  private final String bootstrap;
  private final Placement placement;
  private final LongSupplier nanoTime;
  private final WriteMetrics metrics;
  private final BlockingQueue<Wanted> queue = new ArrayBlockingQueue<>(WAITING_MAX);
  private final Thread thread;
  private volatile boolean stopping;
  private volatile @Nullable KafkaConsumer<String, Integer> open;

  /**
   * Starts the searching thread; it connects at the first search.
   *
   * @param placement in which partition to search
   */
  public LogSearch(
      String bootstrap, Placement placement, LongSupplier nanoTime, WriteMetrics metrics) {
    this.bootstrap = bootstrap;
    this.placement = placement;
    this.nanoTime = nanoTime;
    this.metrics = metrics;
    this.thread = Thread.ofPlatform().daemon().name("write-search").start(this::run);
  }

  /**
   * Searches; the future is completed where the event is found, and stays open where it is not.
   * Does nothing where too many searches wait.
   */
  public void find(
      Channel channel, String id, Instant commitTime, CompletableFuture<Sequenced> found) {
    if (queue.offer(new Wanted(channel, id, commitTime, found))) {
      metrics.searched();
    }
  }

  @Override
  public void close() {
    stopping = true;
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
    try {
      while (!stopping) {
        Wanted wanted = queue.poll(IDLE_MS, TimeUnit.MILLISECONDS);
        if (wanted != null && !wanted.found().isDone()) {
          search(wanted);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      closeConsumer();
    }
  }

  private void search(Wanted wanted) {
    try {
      KafkaConsumer<String, Integer> consumer = consumer();
      TopicPartition partition = partitionOf(consumer, wanted.channel());
      if (partition != null && seek(consumer, partition, wanted.commitTime())) {
        scan(consumer, partition, wanted);
      }
    } catch (WakeupException _) {
      // Closing.
    } catch (KafkaException e) {
      log.atWarn()
          .addKeyValue("channel", wanted.channel().full())
          .addKeyValue("fault", e.getClass().getSimpleName())
          .log("an older write could not be looked up in the log");
      closeConsumer();
    }
  }

  private KafkaConsumer<String, Integer> consumer() {
    KafkaConsumer<String, Integer> consumer = open;
    if (consumer == null) {
      consumer =
          LogConsumer.open(bootstrap, Map.of(ConsumerConfig.CLIENT_ID_CONFIG, "write-search"));
      open = consumer;
    }
    return consumer;
  }

  private void closeConsumer() {
    KafkaConsumer<String, Integer> consumer = open;
    if (consumer != null) {
      open = null;
      consumer.close();
    }
  }

  private @Nullable TopicPartition partitionOf(
      KafkaConsumer<String, Integer> consumer, Channel channel) {
    int count = LogConsumer.partitions(consumer).size();
    if (count == 0) {
      return null;
    }
    return new TopicPartition(Topics.EVENTS, placement.partitionOf(channel.full(), count));
  }

  private static boolean seek(
      KafkaConsumer<String, Integer> consumer, TopicPartition partition, Instant commitTime) {
    OffsetAndTimestamp start =
        consumer.offsetsForTimes(Map.of(partition, commitTime.toEpochMilli())).get(partition);
    if (start == null) {
      return false;
    }
    consumer.assign(List.of(partition));
    consumer.seek(partition, start.offset());
    return true;
  }

  private void scan(
      KafkaConsumer<String, Integer> consumer, TopicPartition partition, Wanted wanted) {
    long deadline = nanoTime.getAsLong() + SEARCH_NANOS_MAX;
    int seen = 0;
    while (seen < RECORDS_MAX
        && nanoTime.getAsLong() < deadline
        && !wanted.found().isDone()
        && !stopping) {
      for (ConsumerRecord<String, Integer> record : consumer.poll(POLL).records(partition)) {
        seen++;
        Sequenced event = Sequenced.read(record.key(), record.headers());
        if (event != null
            && event.id().equals(wanted.id())
            && event.channel().equals(wanted.channel().full())) {
          wanted.found().complete(event);
          return;
        }
      }
    }
  }
}
