package io.tailrace.sequencer.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.schemas.topic.Placement;
import io.tailrace.schemas.topic.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** The consumer that notes how far it has read, on a real broker. */
class NotingClientsIT {
  private static final int ROUNDS = 100;
  private static final int RECORDS = 200_000;
  private static final TopicPartition EVENTS = new TopicPartition(Topics.EVENTS, 0);

  /**
   * A task that comes to a consumer brings a partition that nobody has read before. Whether it has
   * an offset is answered while records of others are given: noting threw then, and they were lost.
   */
  @Test
  void whatIsGivenWhileAnotherPartitionHasNoOffsetIsNotLost() throws Exception {
    try (KafkaBroker broker = KafkaBroker.temporary()) {
      fill(broker.bootstrap());
      HistoryPartitions partitions =
          new HistoryPartitions(ROUNDS, Placement.SHARED, HistoryListener.NONE, Lease.unlimited());
      try (Consumer<byte[], byte[]> consumer =
          new NotingClients(partitions).getConsumer(config(broker.bootstrap()))) {
        consumer.assign(List.of(EVENTS));
        consumer.seekToBeginning(List.of(EVENTS));
        Following following = new Following(consumer);
        int given = 0;
        for (int round = 0; round < ROUNDS; round++) {
          // What is fetched already is given at once, while the next question is under way.
          while (following.poll() == 0) {}
          consumer.assign(List.of(EVENTS, new TopicPartition(Topics.RECEIPTS, round)));
          boolean placed = false;
          while (!placed) {
            try {
              given += following.poll();
            } catch (InvalidOffsetException e) {
              // What Streams does.
              consumer.seekToBeginning(e.partitions());
              placed = true;
            }
          }
        }
        assertTrue(given > ROUNDS, "records were given while offsets were asked for: " + given);
        assertTrue(following.next < RECORDS, "there were records left to lose");
      }
    }
  }

  /** Reads one record after the other. */
  private static final class Following {
    private final Consumer<byte[], byte[]> consumer;
    private long next;

    Following(Consumer<byte[], byte[]> consumer) {
      this.consumer = consumer;
    }

    int poll() {
      int given = 0;
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ZERO)) {
        assertEquals(next, record.offset(), "a record was given to nobody");
        next++;
        given++;
      }
      return given;
    }
  }

  /** Settings as Streams makes them where one of its topics has a reset policy of its own. */
  private static Map<String, Object> config(String bootstrap) {
    return Map.of(
        "bootstrap.servers",
        bootstrap,
        "group.id",
        "noting",
        "auto.offset.reset",
        "none",
        "enable.auto.commit",
        false,
        "max.poll.records",
        1);
  }

  private static void fill(String bootstrap) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(Topics.EVENTS, 1, (short) 1),
                  new NewTopic(Topics.RECEIPTS, ROUNDS, (short) 1)))
          .all()
          .get();
    }
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap, "linger.ms", 5),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < RECORDS; i++) {
        var _ = producer.send(new ProducerRecord<>(Topics.EVENTS, 0, null, new byte[] {1}));
      }
      producer.flush();
    }
  }
}
