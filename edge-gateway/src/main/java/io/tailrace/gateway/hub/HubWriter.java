package io.tailrace.gateway.hub;

import io.tailrace.gateway.ephemeral.HubDesk;
import io.tailrace.gateway.ephemeral.HubOut.Drop;
import io.tailrace.gateway.measure.HubMetrics;
import io.tailrace.schemas.topic.Placement;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Writes to the desks' topics and never waits. What is not durable and cannot be handed over, or is
 * not taken in time, is dropped and counted. Of what is durable the latest of each key is kept
 * until Kafka has it. Owned by the hub's thread; Kafka's own thread brings the outcomes.
 */
final class HubWriter implements AutoCloseable {
  private static final long AGAIN_MS = 1000;

  /** Records under way at once of what is durable. */
  private static final int FLIGHTS_MAX = 10_000;

  private final Function<Boolean, Producer<byte[], byte[]>> producers;
  private final HubReader topics;
  private final Placement placement;
  private final HubMetrics metrics;
  private final int keptMax;
  private final Map<Boolean, Producer<byte[], byte[]>> open = new HashMap<>();
  private final Map<Place, Kept> kept = new LinkedHashMap<>();
  private final Set<String> known = new HashSet<>();
  private final ConcurrentLinkedQueue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
  private int flights;

  private record Place(String topic, String key) {}

  private record Outcome(Place place, boolean taken) {}

  /** The latest of a key, and whether an earlier one of it is under way. */
  private static final class Kept {
    private final HubDesk desk;
    private byte @Nullable [] value;
    private boolean changed = true;
    private boolean flies;
    private long notBeforeMs = Long.MIN_VALUE;

    Kept(HubDesk desk) {
      this.desk = desk;
    }
  }

  /**
   * A writer.
   *
   * @param producers makes one for what is durable (true), or is not
   * @param topics knows how many partitions a topic has
   * @param placement in which of them a channel's records are
   * @param keptMax keys whose latest value is kept
   */
  HubWriter(
      Function<Boolean, Producer<byte[], byte[]>> producers,
      HubReader topics,
      Placement placement,
      HubMetrics metrics,
      int keptMax) {
    this.producers = producers;
    this.topics = topics;
    this.placement = placement;
    this.metrics = metrics;
    this.keptMax = keptMax;
  }

  void write(HubDesk desk, String key, byte @Nullable [] value) {
    if (desk.isDurable()) {
      keep(desk, key, value);
      return;
    }
    ProducerRecord<byte[], byte[]> record = record(desk, key, value);
    Producer<byte[], byte[]> producer = producer(false);
    if (record == null || producer == null) {
      metrics.dropped(desk.topic(), Drop.UNSENT);
      return;
    }
    try {
      var _ =
          producer.send(
              record,
              (_, failure) -> {
                if (failure == null) {
                  metrics.written(desk.topic());
                } else {
                  metrics.dropped(desk.topic(), Drop.UNSENT);
                }
              });
    } catch (KafkaException _) {
      metrics.dropped(desk.topic(), Drop.UNSENT);
    }
  }

  /**
   * Whether what is written now is handed over at once: Kafka has told where the topics are, which
   * nobody waits for.
   */
  boolean isReady(List<HubDesk> desks) {
    boolean all = true;
    for (HubDesk desk : desks) {
      // Where home is away, this region's own topics are asked for all the same.
      all &= isReady(desk);
    }
    return all;
  }

  private boolean isReady(HubDesk desk) {
    if (known.contains(desk.topic())) {
      return true;
    }
    Producer<byte[], byte[]> producer =
        topics.partitions(desk.topic()) == 0 ? null : producer(desk.isDurable());
    try {
      if (producer == null || producer.partitionsFor(desk.topic()).isEmpty()) {
        return false;
      }
      known.add(desk.topic());
      return true;
    } catch (KafkaException _) {
      // It has been asked for, and is there a little later.
      return false;
    }
  }

  /** Sends again what was not taken. */
  void tick(long nowMs) {
    Outcome outcome;
    while ((outcome = outcomes.poll()) != null) {
      flights--;
      Kept of = kept.get(outcome.place());
      if (of == null) {
        continue;
      }
      of.flies = false;
      if (outcome.taken() && !of.changed) {
        kept.remove(outcome.place());
      } else if (!outcome.taken()) {
        of.changed = true;
        of.notBeforeMs = nowMs + AGAIN_MS;
      }
    }
    metrics.kept(kept.size());
    if (kept.isEmpty()) {
      return;
    }
    for (Map.Entry<Place, Kept> entry : List.copyOf(kept.entrySet())) {
      if (flights >= FLIGHTS_MAX) {
        return;
      }
      if (entry.getValue().changed
          && !entry.getValue().flies
          && nowMs >= entry.getValue().notBeforeMs) {
        send(entry.getKey(), entry.getValue(), nowMs);
      }
    }
  }

  @Override
  public void close() {
    for (Producer<byte[], byte[]> producer : new ArrayList<>(open.values())) {
      producer.close(Duration.ofSeconds(1));
    }
  }

  private void keep(HubDesk desk, String key, byte @Nullable [] value) {
    Place place = new Place(desk.topic(), key);
    Kept of = kept.get(place);
    if (of == null) {
      if (kept.size() >= keptMax) {
        metrics.dropped(desk.topic(), Drop.FULL);
        return;
      }
      of = new Kept(desk);
      kept.put(place, of);
    }
    of.value = value;
    of.changed = true;
  }

  private void send(Place place, Kept of, long nowMs) {
    ProducerRecord<byte[], byte[]> record = record(of.desk, place.key(), of.value);
    Producer<byte[], byte[]> producer = producer(true);
    if (record == null || producer == null) {
      of.notBeforeMs = nowMs + AGAIN_MS;
      return;
    }
    of.changed = false;
    of.flies = true;
    flights++;
    try {
      var _ =
          producer.send(
              record,
              (_, failure) -> {
                if (failure == null) {
                  metrics.written(place.topic());
                }
                outcomes.add(new Outcome(place, failure == null));
              });
    } catch (KafkaException _) {
      outcomes.add(new Outcome(place, false));
    }
  }

  /** Beside the channel's events; null where the topic is not known yet. */
  private @Nullable ProducerRecord<byte[], byte[]> record(
      HubDesk desk, String key, byte @Nullable [] value) {
    int partitions = topics.partitions(desk.topic());
    if (partitions == 0) {
      return null;
    }
    int partition = placement.partitionOf(desk.placedBy(key), partitions);
    return new ProducerRecord<>(
        desk.topic(), partition, key.getBytes(StandardCharsets.UTF_8), value);
  }

  private @Nullable Producer<byte[], byte[]> producer(boolean durable) {
    Producer<byte[], byte[]> there = open.get(durable);
    if (there != null) {
      return there;
    }
    try {
      Producer<byte[], byte[]> made = Objects.requireNonNull(producers.apply(durable));
      open.put(durable, made);
      return made;
    } catch (KafkaException _) {
      return null;
    }
  }
}
