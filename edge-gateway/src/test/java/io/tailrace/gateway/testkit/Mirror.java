package io.tailrace.gateway.testkit;

import io.tailrace.schemas.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Copies topics from one broker to another as MirrorMaker does: partitions, keys and dates are
 * kept, the name is, or has something in front. Can be cut. Any thread.
 */
public final class Mirror implements AutoCloseable {
  private final KafkaConsumer<byte[], byte[]> from;
  private final KafkaProducer<byte[], byte[]> to;
  private final String prefix;
  private final Thread thread;
  private volatile boolean closing;
  private volatile boolean cut;
  private volatile boolean rests;

  private Mirror(String source, String target, String prefix, List<String> topics) {
    this.prefix = prefix;
    from =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", source, "auto.offset.reset", "earliest"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    from.assign(
        topics.stream()
            .flatMap(topic -> from.partitionsFor(topic).stream())
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .toList());
    to =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", target, "linger.ms", 0),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    thread = Thread.ofPlatform().name("mirror").start(this::run);
  }

  /** Under the same names. */
  public static Mirror ofLog(String source, String target, String... topics) {
    return new Mirror(source, target, "", List.of(topics));
  }

  /** With the region's name in front; makes the topics. */
  public static Mirror of(String region, String source, String target, String... topics) {
    String prefix = region + '.';
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", target))) {
      Set<String> there = admin.listTopics().names().get();
      admin
          .createTopics(
              List.of(topics).stream()
                  .map(topic -> prefix + topic)
                  .filter(topic -> !there.contains(topic))
                  .map(topic -> new NewTopic(topic, FeedWriter.PARTITIONS, (short) 1))
                  .toList())
          .all()
          .get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return new Mirror(source, target, prefix, List.of(topics));
  }

  /** Copies nothing from when this returns. */
  public void cut() {
    cut = true;
    Await.until("the mirror rests", () -> rests);
  }

  /** Goes on where it was cut. */
  public void join() {
    cut = false;
  }

  private void run() {
    while (!closing) {
      rests = cut;
      if (cut) {
        LockSupport.parkNanos(10_000_000);
        continue;
      }
      for (ConsumerRecord<byte[], byte[]> record : from.poll(Duration.ofMillis(50))) {
        var _ =
            to.send(
                new ProducerRecord<>(
                    prefix + record.topic(),
                    record.partition(),
                    record.timestamp(),
                    record.key(),
                    record.value(),
                    record.headers()));
      }
    }
    from.close();
    to.close(Duration.ofSeconds(1));
  }

  @Override
  public void close() {
    closing = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
