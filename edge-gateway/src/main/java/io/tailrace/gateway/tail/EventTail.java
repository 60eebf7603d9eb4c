package io.tailrace.gateway.tail;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.measure.GatewayMetrics;
import io.tailrace.gateway.resume.Windows;
import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.Topics;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tail thread: reads, makes frames, keeps windows for shards that come later, hands batches on.
 */
public final class EventTail implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventTail.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration TOPIC_WAIT = Duration.ofSeconds(60);
  private static final long PAUSE_MS_LEAST = 250;
  private static final long PAUSE_MS_MOST = 30_000;

  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final Settings settings;
  private final InstantSource clock;
  private final GatewayMetrics metrics;
  private final FrameMaker maker;
  private final ConcurrentLinkedQueue<Attachment> attachments = new ConcurrentLinkedQueue<>();
  private final List<Taker> takers = new ArrayList<>();
  private final Map<TopicPartition, Long> targets = new HashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile Consumer<byte[], byte[]> consumer;
  private volatile int partitions;
  private Windows windows;
  private volatile boolean caughtUp;
  private long pauseMs = PAUSE_MS_LEAST;

  /**
   * How far back to read and how much to keep.
   *
   * @param windowMs age of the windows, and how far back reading begins
   * @param windowBytesMax size of the windows
   */
  public record Settings(long windowMs, long windowBytesMax) {}

  /** Takes batches of frames on the tail thread; may wait until it has room. */
  public interface Taker {
    /** Takes frames, in the order of each partition. */
    void take(List<Frame> frames) throws InterruptedException;

    /** Nothing follows: what is read from now on does not join what was taken. */
    void broken();
  }

  private record Attachment(
      Function<Windows, ? extends Taker> make, CompletableFuture<Taker> made) {}

  private EventTail(
      Supplier<Consumer<byte[], byte[]>> consumers,
      Settings settings,
      InstantSource clock,
      GatewayMetrics metrics) {
    this.consumers = consumers;
    this.settings = settings;
    this.clock = clock;
    this.metrics = metrics;
    this.maker = new FrameMaker(metrics.spans());
    this.consumer = consumers.get();
    try {
      List<TopicPartition> all = assign();
      this.partitions = all.size();
      this.windows = new Windows(settings.windowMs(), settings.windowBytesMax(), seek(all));
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /**
   * Looks for the topic, seeks, and starts the thread. Blocks for up to a minute where the topic is
   * not there yet.
   *
   * @param consumers makes one that reads uncommitted, without a group; owned by the tail from
   *     there on, which makes another one when the last has failed
   * @throws IllegalStateException where Kafka or the topic is not there
   */
  public static EventTail start(
      Supplier<Consumer<byte[], byte[]>> consumers,
      Settings settings,
      InstantSource clock,
      GatewayMetrics metrics) {
    EventTail tail;
    try {
      tail = new EventTail(consumers, settings, clock, metrics);
    } catch (KafkaException e) {
      throw new IllegalStateException(
          "the topic " + Topics.EVENTS + " cannot be read; is kafka.bootstrap right?", e);
    }
    Thread.ofPlatform().name("tail").start(tail::run);
    return tail;
  }

  /** How many partitions the log has. */
  public int partitions() {
    return partitions;
  }

  /** Whether everything has been read that was there at the start, and reading goes on. */
  public boolean ready() {
    return caughtUp && !isClosed();
  }

  /**
   * Lets somebody in between two batches: given a copy of the windows up to there, and from there
   * on every batch.
   */
  public CompletableFuture<Taker> attach(Function<Windows, ? extends Taker> make) {
    Attachment attachment = new Attachment(make, new CompletableFuture<>());
    attachments.add(attachment);
    return attachment.made();
  }

  /** Stops reading. */
  @Override
  public void close() {
    closing.countDown();
    consumer.wakeup();
    try {
      if (!ended.await(5, TimeUnit.SECONDS)) {
        LOG.atWarn().log("the tail did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<TopicPartition> assign() {
    long deadline = System.nanoTime() + TOPIC_WAIT.toNanos();
    while (!isClosed()) {
      List<PartitionInfo> found = consumer.partitionsFor(Topics.EVENTS, TOPIC_WAIT);
      if (found != null && !found.isEmpty()) {
        List<TopicPartition> all = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
          all.add(new TopicPartition(Topics.EVENTS, i));
        }
        consumer.assign(all);
        return all;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException(
            "the topic " + Topics.EVENTS + " is not there: start the relay and the sequencer");
      }
    }
    throw new WakeupException();
  }

  private long[] seek(List<TopicPartition> all) {
    long since = clock.millis() - settings.windowMs();
    Map<TopicPartition, Long> query = new HashMap<>();
    all.forEach(partition -> query.put(partition, since));
    Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(query);
    targets.clear();
    // Asked after: a record that comes in between is read in any case.
    targets.putAll(consumer.endOffsets(all));
    long[] starts = new long[all.size()];
    for (TopicPartition partition : all) {
      OffsetAndTimestamp first = found.get(partition);
      Long end = targets.get(partition);
      long start = first != null ? first.offset() : end == null ? 0 : end;
      starts[partition.partition()] = start;
      consumer.seek(partition, start);
    }
    return starts;
  }

  private void run() {
    try {
      readOn();
      while (!isClosed()) {
        readAnew();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (Error e) {
      // A bug or a lost library: nobody may believe that this gateway still reads.
      broken(e);
      throw e;
    } finally {
      consumer.close();
      ended.countDown();
    }
  }

  /** Returns when it is closed, or when Kafka refuses for good. */
  private void readOn() throws InterruptedException {
    try {
      while (!isClosed()) {
        letIn();
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        long nowMs = clock.millis();
        if (!records.isEmpty()) {
          List<Frame> frames = frames(records, nowMs);
          handOn(frames);
          count(frames, nowMs);
        }
        windows.evict(nowMs);
        metrics.windows(windows.bytes(), windows.size());
        if (!caughtUp) {
          noteCaughtUp();
        }
      }
    } catch (WakeupException | InterruptException e) {
      if (!isClosed()) {
        broken(e);
      }
    } catch (RuntimeException e) {
      broken(e);
    }
  }

  /**
   * The position may be void: the log was cut, or made anew. So everything begins as at the start,
   * also the windows, and those that took from here are told that nothing follows.
   */
  private void readAnew() throws InterruptedException {
    if (closing.await(pauseMs, TimeUnit.MILLISECONDS)) {
      return;
    }
    pauseMs = Math.min(PAUSE_MS_MOST, pauseMs * 2);
    try {
      consumer.close();
      consumer = consumers.get();
      List<TopicPartition> all = assign();
      partitions = all.size();
      windows = new Windows(settings.windowMs(), settings.windowBytesMax(), seek(all));
    } catch (RuntimeException e) {
      if (!isClosed()) {
        broken(e);
      }
      return;
    }
    readOn();
  }

  private void broken(Throwable e) {
    caughtUp = false;
    metrics.tailBroke();
    LOG.atError().setCause(e).addKeyValue("pauseMs", pauseMs).log("the tail has ended");
    takers.forEach(Taker::broken);
    takers.clear();
  }

  private boolean isClosed() {
    return closing.getCount() == 0;
  }

  private void letIn() {
    Attachment attachment;
    while ((attachment = attachments.poll()) != null) {
      Taker taker = attachment.make().apply(windows.copy());
      takers.add(taker);
      attachment.made().complete(taker);
    }
  }

  private List<Frame> frames(ConsumerRecords<byte[], byte[]> records, long nowMs) {
    List<Frame> frames = new ArrayList<>(records.count());
    for (ConsumerRecord<byte[], byte[]> record : records) {
      try {
        Frame frame = maker.make(record, nowMs);
        frames.add(frame);
        windows.raiseEpoch(frame.partition(), frame.epoch());
        if (!frame.isMark()) {
          windows.accept(frame);
        }
      } catch (BadRecordException e) {
        metrics.badRecord();
        LOG.atWarn()
            .addKeyValue("partition", record.partition())
            .addKeyValue("offset", record.offset())
            .addKeyValue("trace", EventHeaders.traceOf(record.headers()))
            .addKeyValue("reason", e.getMessage())
            .log("a record is no event");
      }
    }
    return frames;
  }

  private void handOn(List<Frame> frames) throws InterruptedException {
    for (Taker taker : takers) {
      taker.take(frames);
    }
  }

  /** Counted are those that every shard has. */
  private void count(List<Frame> frames, long readMs) {
    for (Frame frame : frames) {
      if (!frame.isMark()) {
        metrics.recordRead(readMs * 1000 - frame.commitMicros());
      }
    }
  }

  /** Transaction markers take offsets, so the position is asked, not the last record. */
  private void noteCaughtUp() {
    targets.entrySet().removeIf(target -> consumer.position(target.getKey()) >= target.getValue());
    caughtUp = targets.isEmpty();
    if (caughtUp) {
      pauseMs = PAUSE_MS_LEAST;
      LOG.atInfo().addKeyValue("partitions", partitions).log("the tail has caught up");
    }
  }
}
