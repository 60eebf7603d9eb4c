package io.tailrace.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaBrokerIT {
  private static final TopicPartition PARTITION = new TopicPartition("t", 0);

  @TempDir Path folder;

  @Test
  void keepsItsLogAndItsClusterId() throws Exception {
    String cluster;
    try (KafkaBroker first = KafkaBroker.start(folder, 0)) {
      cluster = clusterOf(first);
      try (Admin admin = Admin.create(config(first))) {
        admin.createTopics(List.of(new NewTopic("t", 1, (short) 1))).all().get();
      }
      writeTransaction(first, "one");
    }
    try (KafkaBroker second = KafkaBroker.start(folder, 0)) {
      writeTransaction(second, "two");
      assertEquals(cluster, clusterOf(second));
      assertEquals(List.of("one", "two"), committed(second));
    }
  }

  private static Map<String, Object> config(KafkaBroker broker) {
    return Map.of("bootstrap.servers", broker.bootstrap());
  }

  private static String clusterOf(KafkaBroker broker) throws Exception {
    try (Admin admin = Admin.create(config(broker))) {
      return admin.describeCluster().clusterId().get();
    }
  }

  private static void writeTransaction(KafkaBroker broker, String value) {
    Map<String, Object> config =
        Map.of("bootstrap.servers", broker.bootstrap(), "transactional.id", "writer");
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      var _ = producer.send(new ProducerRecord<>("t", value));
      producer.commitTransaction();
    }
  }

  /** What a reader of committed records finds up to the end; markers are not its business. */
  private static List<String> committed(KafkaBroker broker) {
    Map<String, Object> config =
        Map.of("bootstrap.servers", broker.bootstrap(), "isolation.level", "read_committed");
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      long end = consumer.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, -1L);
      List<String> values = new ArrayList<>();
      while (consumer.position(PARTITION) < end) {
        consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
      }
      return values;
    }
  }
}
