package io.tailrace.gateway.hub;

import io.tailrace.gateway.ephemeral.EphemeralFrame;
import io.tailrace.gateway.ephemeral.HubDesk;
import io.tailrace.gateway.ephemeral.HubInput;
import io.tailrace.gateway.ephemeral.HubOut;
import io.tailrace.gateway.measure.HubMetrics;
import io.tailrace.schemas.region.FarClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The hub's thread: hears the shards, reads the topics, lets desks decide, carries it out. */
public final class Hub implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Hub.class);

  /** What shards say waits so long at most. */
  private static final Duration POLL = Duration.ofMillis(20);

  private static final long TICK_MS = 50;
  private static final long FAILED_MS = 250;
  private static final int SAID_MAX = 65_536;
  private static final int MOVES_MAX = 65_536;
  private static final int KEPT_MAX = 100_000;

  private final Map<String, Out> byTopic = new HashMap<>();

  /** For partitions of other regions' topics. */
  private final Map<TopicPartition, FarClock> farClocks = new HashMap<>();

  private final Set<String> far = new HashSet<>();
  private final List<HubDesk> desks;
  private final List<Out> outs = new ArrayList<>();
  private final HubInbox inbox = new HubInbox(SAID_MAX, MOVES_MAX);
  private final HubReader reader;
  private final HubWriter writer;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final HubMetrics metrics;
  private final List<Taker> takers = new CopyOnWriteArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private List<EphemeralFrame> shown = new ArrayList<>();

  /** Takes frames on the hub's thread, and never waits. */
  public interface Taker {
    /**
     * Takes frames.
     *
     * @return false where it has ended, and is to be told nothing more
     */
    boolean show(List<EphemeralFrame> frames);
  }

  private Hub(
      KafkaClients clients,
      HubTopics topics,
      InstantSource clock,
      LongSupplier nanoTime,
      HubMetrics metrics) {
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.metrics = metrics;
    this.desks = topics.desks();
    this.reader = new HubReader(clients::consumer, topics, metrics);
    this.writer = new HubWriter(clients::producer, reader, topics.placement(), metrics, KEPT_MAX);
    for (HubDesk desk : desks) {
      Out out = new Out(desk);
      outs.add(out);
      byTopic.put(desk.topic(), out);
    }
    for (HubTopics.Source source : topics.far()) {
      far.add(source.topic());
      byTopic.put(source.topic(), Objects.requireNonNull(byTopic.get(source.desk().topic())));
    }
  }

  /**
   * Starts its thread; Kafka need not be there.
   *
   * @param nanoTime a clock that only goes forward, in nanoseconds
   */
  public static Hub start(
      KafkaClients clients,
      HubTopics topics,
      InstantSource clock,
      LongSupplier nanoTime,
      HubMetrics metrics) {
    Hub hub = new Hub(clients, topics, clock, nanoTime, metrics);
    Thread.ofPlatform().name("hub").start(hub::run);
    return hub;
  }

  /** Shows frames to somebody from now on. From any thread. */
  public void attach(Taker taker) {
    takers.add(taker);
  }

  /** Takes what a shard has to say, and never waits. From any thread. */
  public void say(List<HubInput> inputs) {
    metrics.dropped("inbox", HubOut.Drop.FULL, inbox.add(inputs));
  }

  /** Ends. */
  @Override
  public void close() {
    closing.countDown();
    try {
      if (!ended.await(5, TimeUnit.SECONDS)) {
        LOG.atWarn().log("the hub did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      long tickAtMs = 0;
      while (closing.getCount() > 0) {
        try {
          metrics.waiting(inbox.size());
          hear(clock.millis());
          read(reader.poll(POLL, clock.millis()));
          long nowMs = clock.millis();
          if (nowMs >= tickAtMs || tickAtMs > nowMs + TICK_MS) {
            tickAtMs = nowMs + TICK_MS;
            tick(nowMs);
          }
          handOut();
        } catch (RuntimeException e) {
          // A bug in one record or frame: it is lost, and the others are not.
          metrics.broke();
          LOG.atError().setCause(e).log("the hub has failed");
          if (closing.await(FAILED_MS, TimeUnit.MILLISECONDS)) {
            return;
          }
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      leave();
      reader.close();
      writer.close();
      ended.countDown();
    }
  }

  private void hear(long nowMs) {
    for (HubInput input : inbox.take()) {
      for (Out out : outs) {
        out.desk.said(input, nowMs, out);
      }
    }
  }

  private void read(Iterable<ConsumerRecord<byte[], byte[]>> records) {
    long nowMs = clock.millis();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      Out out = byTopic.get(record.topic());
      if (out != null && record.key() != null) {
        metrics.read(record.topic(), nowMs - record.timestamp());
        String key = new String(record.key(), StandardCharsets.UTF_8);
        if (far.contains(record.topic())) {
          out.desk.readFar(key, record.value(), ageMs(record, nowMs), nowMs, out);
        } else {
          out.desk.read(key, record.value(), record.timestamp(), nowMs, out);
        }
      }
    }
  }

  private long ageMs(ConsumerRecord<byte[], byte[]> record, long nowMs) {
    return farClocks
        .computeIfAbsent(
            new TopicPartition(record.topic(), record.partition()), _ -> new FarClock())
        .ageMs(record.timestamp(), nowMs, TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong()));
  }

  private void tick(long nowMs) {
    for (Out out : outs) {
      out.desk.tick(nowMs, out);
    }
    writer.tick(nowMs);
    metrics.ready(reader.isReading() && writer.isReady(desks));
  }

  private void leave() {
    try {
      long nowMs = clock.millis();
      hear(nowMs);
      for (Out out : outs) {
        out.desk.leave(nowMs, out);
      }
    } catch (RuntimeException e) {
      // A bug: the last words are lost, and expire.
      LOG.atError().setCause(e).log("the hub has failed");
    }
  }

  private void handOut() {
    if (shown.isEmpty()) {
      return;
    }
    List<EphemeralFrame> frames = shown;
    shown = new ArrayList<>();
    takers.removeIf(taker -> !taker.show(frames));
  }

  /** One desk's way out. */
  private final class Out implements HubOut {
    private final HubDesk desk;

    Out(HubDesk desk) {
      this.desk = desk;
    }

    @Override
    public void write(String key, byte @Nullable [] value) {
      writer.write(desk, key, value);
    }

    @Override
    public void show(EphemeralFrame frame) {
      metrics.shown(frame.lane());
      shown.add(frame);
    }

    @Override
    public void dropped(Drop reason) {
      metrics.dropped(desk.topic(), reason, 1);
    }
  }
}
