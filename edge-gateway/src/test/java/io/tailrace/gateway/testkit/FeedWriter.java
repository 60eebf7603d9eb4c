package io.tailrace.gateway.testkit;

import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.event.Times;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.EpochMark;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.TopicAdmin;
import io.tailrace.schemas.topic.TopicPlan;
import io.tailrace.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes numbered events to the real topic, as the sequencer does. For one thread. */
public final class FeedWriter implements AutoCloseable {
  /** How many the topic has. */
  public static final int PARTITIONS = 4;

  /** Less than a broker takes in one batch. */
  private static final int AT_ONCE_BYTES = 1_000_000;

  private final String bootstrap;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Map<String, Event> last = new HashMap<>();
  private int epoch = 1;
  private long written;

  /** Makes the topics with four partitions where they are missing. */
  public FeedWriter(String bootstrap) {
    this.bootstrap = bootstrap;
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      TopicAdmin.ensure(admin, new TopicPlan(PARTITIONS, (short) 1, Duration.ofDays(1)));
    }
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap, "linger.ms", 0),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** The numbering of what comes next; another one begins at 1. */
  public void epoch(int next) {
    epoch = next;
    last.clear();
  }

  /** The next event of a channel; not written yet. */
  public Event next(Channel channel, String data) {
    return next(channel, "message.posted", null, data);
  }

  /** The next event of a channel, about a member; not written yet. */
  public Event next(Channel channel, MemberChange change) {
    String entity = MemberChange.ENTITY + change.user();
    return change.role() == null
        ? next(channel, MemberChange.REMOVED, entity, "{}")
        : next(channel, MemberChange.SET, entity, "{\"role\":\"" + change.role() + "\"}");
  }

  private Event next(Channel channel, String type, @Nullable String entity, String data) {
    Event before = last.get(channel.full());
    Envelope envelope =
        new Envelope(
            UUID.randomUUID().toString(), type, entity, "ann", Times.format(Instant.now()), null);
    byte[] bytes = data.getBytes(StandardCharsets.UTF_8);
    long chain = before == null ? Chain.start(epoch) : before.chain();
    Event event =
        new Event(
            channel,
            envelope,
            epoch,
            before == null ? 1 : before.seq() + 1,
            Chain.next(chain, envelope, bytes),
            bytes);
    last.put(channel.full(), event);
    return event;
  }

  /** Appends an event to the topic. */
  public void write(Event event) {
    var _ = producer.send(record(event));
    written++;
  }

  private static ProducerRecord<byte[], byte[]> record(Event event) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.EVENTS, event.channel().full().getBytes(StandardCharsets.UTF_8), event.data());
    EventHeaders.writeEnvelope(record.headers(), event.channel(), event.envelope());
    EventHeaders.writeSequence(record.headers(), event.epoch(), event.seq(), event.chain());
    return record;
  }

  /** Appends events of one partition that a reader is given all at once. */
  public void writeAtOnce(List<Event> events) {
    Map<String, Object> patient =
        Map.of(
            "bootstrap.servers",
            bootstrap,
            "linger.ms",
            600_000,
            "delivery.timeout.ms",
            1_200_000,
            "batch.size",
            AT_ONCE_BYTES);
    try (KafkaProducer<byte[], byte[]> together =
        new KafkaProducer<>(patient, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (Event event : events) {
        var _ = together.send(record(event));
      }
    }
    written += events.size();
  }

  /** The end marks of a rebuild: every partition is in the epoch from here on. */
  public void markAll(int marked) {
    int partitions = producer.partitionsFor(Topics.EVENTS).size();
    for (int partition = 0; partition < partitions; partition++) {
      ProducerRecord<byte[], byte[]> mark =
          new ProducerRecord<byte[], byte[]>(Topics.EVENTS, partition, (Long) null, null, null);
      EpochMark.write(mark.headers(), marked);
      var _ = producer.send(mark);
    }
    epoch(marked);
  }

  /** How many were appended. */
  public long written() {
    return written;
  }

  /** Waits until everything is in the topic. */
  public void flush() {
    producer.flush();
  }

  @Override
  public void close() {
    producer.close();
  }
}
