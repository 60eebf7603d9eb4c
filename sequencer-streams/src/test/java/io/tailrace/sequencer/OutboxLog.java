package io.tailrace.sequencer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.event.Times;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes the outbox topic as a relay would, and reads what came of it. */
public final class OutboxLog implements AutoCloseable {
  /** Now: the outbox topic forgets records whose time is more than its retention ago. */
  private static final long EPOCH_MICROS = System.currentTimeMillis() * 1000;

  private final String bootstrap;
  private final KafkaProducer<byte[], byte[]> producer;
  private final List<Future<RecordMetadata>> unacknowledged = new ArrayList<>();
  private long commits;

  /** On a broker whose topics exist. */
  public OutboxLog(String bootstrap) {
    this.bootstrap = bootstrap;
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap, "acks", "all", "linger.ms", 0),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** The position of the row that is written as the n-th commit, n from 1. */
  public static Position position(long n) {
    return new Position(1, 1, 100 * (n - 1), n, 0);
  }

  /** A row with a given number: every field follows from it. */
  public static ProducerRecord<byte[], byte[]> row(Channel channel, long n, byte[] data) {
    RecordHeaders headers = new RecordHeaders();
    String entity = n % 3 == 0 ? "entity-" + n % 7 : null;
    EventHeaders.writeEnvelope(
        headers,
        channel,
        new Envelope(
            "id-" + n, "message.posted", entity, "ada", Times.micros(EPOCH_MICROS + n), null));
    EventHeaders.writePosition(headers, position(n));
    return new ProducerRecord<>(
        Topics.OUTBOX,
        null,
        (EPOCH_MICROS + n) / 1000,
        channel.full().getBytes(UTF_8),
        data,
        headers);
  }

  /** Appends one row that nobody has written yet; returns its number. */
  public long append(Channel channel) {
    long n = ++commits;
    appendRaw(row(channel, n, ("{\"n\":" + n + "}").getBytes(UTF_8)));
    return n;
  }

  /** Appends a row again. */
  public void repeat(Channel channel, long n) {
    appendRaw(row(channel, n, ("{\"n\":" + n + "}").getBytes(UTF_8)));
  }

  /** Appends anything. */
  public void appendRaw(ProducerRecord<byte[], byte[]> record) {
    unacknowledged.add(producer.send(record));
  }

  /** Returns when the broker has all. */
  public void flush() {
    producer.flush();
    for (Future<RecordMetadata> sent : unacknowledged) {
      try {
        sent.get();
      } catch (InterruptedException | ExecutionException e) {
        throw new AssertionError(e);
      }
    }
    unacknowledged.clear();
  }

  /** All records of a topic, in the order of each partition. */
  public List<ConsumerRecord<byte[], byte[]>> read(String topic, String isolation) {
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrap, "isolation.level", isolation),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(100));
        records.forEach(found::add);
      }
    }
    return found;
  }

  /** The committed events. */
  public List<Event> events() {
    return read(Topics.EVENTS, "read_committed").stream().map(OutboxLog::event).toList();
  }

  /** The event in a record. */
  public static Event event(ConsumerRecord<byte[], byte[]> record) {
    try {
      return EventHeaders.readEvent(record.key(), record.headers(), record.value());
    } catch (BadRecordException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
