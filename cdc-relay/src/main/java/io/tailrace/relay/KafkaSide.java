package io.tailrace.relay;

import io.tailrace.relay.publish.ProducerSettings;
import io.tailrace.relay.slot.EventsEnd;
import io.tailrace.relay.slot.LastAccepted;
import io.tailrace.relay.slot.LastNumbered;
import io.tailrace.relay.slot.LogEnd;
import io.tailrace.relay.slot.SlotException;
import io.tailrace.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The relay's dealings with Kafka besides sending. Every call blocks for a bounded time. */
final class KafkaSide {
  private static final long WAIT_SECONDS = 10;
  private static final int FETCH_WAIT_MS = 10;

  private final RelayConfig config;

  KafkaSide(RelayConfig config) {
    this.config = config;
  }

  /** Whether the topics that the relay writes to are there. */
  boolean topicsExist() throws InterruptedException {
    try (Admin admin = admin()) {
      return admin
          .listTopics()
          .names()
          .get(WAIT_SECONDS, TimeUnit.SECONDS)
          .containsAll(List.of(Topics.OUTBOX, Topics.EVENTS, Topics.DEADLETTER));
    } catch (ExecutionException | TimeoutException e) {
      // As good as missing; the caller asks again and says so in the end.
      return false;
    }
  }

  /** Largest record that producer and topic both take. */
  long recordBytesMax() throws InterruptedException {
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, Topics.OUTBOX);
    try (Admin admin = admin()) {
      Map<ConfigResource, Config> all =
          admin.describeConfigs(List.of(topic)).all().get(WAIT_SECONDS, TimeUnit.SECONDS);
      Config found = Objects.requireNonNull(all.get(topic));
      String bytes = found.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value();
      return Math.min(config.requestBytesMax(), Long.parseLong(bytes));
    } catch (ExecutionException | TimeoutException e) {
      throw new SlotException(
          "Kafka does not say how large messages of tailrace.outbox may be: may this user describe"
              + " its configuration?",
          e);
    }
  }

  /** The rows that the log accepted last. */
  List<LastAccepted> logEnd(int incarnation, long confirmed) {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer("tailrace-relay-log-end", false)) {
      return LogEnd.read(consumer, incarnation, confirmed);
    }
  }

  /** The events that the log numbered last. */
  List<LastNumbered> eventsEnd(int incarnation) {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer("tailrace-relay-events-end", true)) {
      return EventsEnd.read(consumer, incarnation);
    }
  }

  /** Whether anything was ever written to the log. */
  boolean isLogBegun() {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer("tailrace-relay-begun", false)) {
      List<TopicPartition> all = new ArrayList<>();
      for (String topic : List.of(Topics.OUTBOX, Topics.EVENTS)) {
        for (PartitionInfo info : consumer.partitionsFor(topic)) {
          all.add(new TopicPartition(topic, info.partition()));
        }
      }
      return consumer.endOffsets(all).values().stream().anyMatch(end -> end > 0);
    }
  }

  /** A reader without a group. */
  KafkaConsumer<byte[], byte[]> consumer(String name, boolean committedOnly) {
    Map<String, Object> p = new HashMap<>();
    p.put("bootstrap.servers", config.kafkaBootstrap());
    p.put("client.id", name);
    p.put("enable.auto.commit", false);
    p.put("auto.offset.reset", "earliest");
    p.put("max.poll.records", 5_000);
    // To the end and no further: a fetch that finds one partition at its end and waits there for
    // more keeps what is left of the others from being asked for.
    p.put("fetch.max.wait.ms", FETCH_WAIT_MS);
    p.put("isolation.level", committedOnly ? "read_committed" : "read_uncommitted");
    return new KafkaConsumer<>(p, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  Producer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        ProducerSettings.of(config.kafkaBootstrap(), config.delivery(), config.requestBytesMax()),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  Admin admin() {
    return Admin.create(
        Map.of("bootstrap.servers", config.kafkaBootstrap(), "client.id", "tailrace-relay-admin"));
  }
}
