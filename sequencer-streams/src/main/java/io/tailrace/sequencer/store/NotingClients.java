package io.tailrace.sequencer.store;

import io.tailrace.schemas.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Kafka clients as Streams makes them, but the main consumer notes how far it has read, and the one
 * that reads stores back leaves no record without a key.
 */
public final class NotingClients implements KafkaClientSupplier {
  private final HistoryPartitions partitions;

  /** Notes into these partitions. */
  public NotingClients(HistoryPartitions partitions) {
    this.partitions = partitions;
  }

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return Admin.create(config);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    return new NotingConsumer(config, partitions);
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return new KeyingConsumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return plain(config);
  }

  private static Consumer<byte[], byte[]> plain(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * Gives every record a key. Streams restores no record without one, and a rebuild's mark has
   * none: who reads a store back, or keeps a copy, would never hear that the new epoch is whole.
   * Thread: the one that restores.
   */
  private static final class KeyingConsumer extends KafkaConsumer<byte[], byte[]> {
    private static final byte[] NO_KEY = new byte[0];

    KeyingConsumer(Map<String, Object> config) {
      super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      ConsumerRecords<byte[], byte[]> records = super.poll(timeout);
      if (StreamSupport.stream(records.spliterator(), false)
          .allMatch(record -> record.key() != null)) {
        return records;
      }
      Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> keyed = new HashMap<>();
      for (TopicPartition partition : records.partitions()) {
        keyed.put(
            partition, records.records(partition).stream().map(KeyingConsumer::keyed).toList());
      }
      return new ConsumerRecords<>(keyed, records.nextOffsets());
    }

    private static ConsumerRecord<byte[], byte[]> keyed(ConsumerRecord<byte[], byte[]> record) {
      return record.key() != null
          ? record
          : new ConsumerRecord<>(
              record.topic(),
              record.partition(),
              record.offset(),
              record.timestamp(),
              record.timestampType(),
              record.serializedKeySize(),
              record.serializedValueSize(),
              NO_KEY,
              record.value(),
              record.headers(),
              record.leaderEpoch());
    }
  }

  /** Thread: the Streams thread that owns it. */
  private static final class NotingConsumer extends KafkaConsumer<byte[], byte[]> {
    private final HistoryPartitions partitions;
    private final Map<TopicPartition, Long> lastGiven = new HashMap<>();
    private @Nullable Metric fetchesAnswered;
    private double fetchesBefore;

    NotingConsumer(Map<String, Object> config, HistoryPartitions partitions) {
      super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      this.partitions = partitions;
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      ConsumerRecords<byte[], byte[]> records = super.poll(timeout);
      boolean heard = hasHeard();
      lastGiven.keySet().retainAll(assignment());
      for (TopicPartition partition : records.partitions()) {
        List<ConsumerRecord<byte[], byte[]>> given = records.records(partition);
        lastGiven.put(partition, given.getLast().offset());
      }
      for (TopicPartition partition : assignment()) {
        if (partition.topic().equals(Topics.EVENTS)) {
          note(partition);
          if (heard) {
            partitions.heard(partition.partition());
          }
        } else if (partition.topic().equals(Topics.RECEIPTS)) {
          note(partition);
        }
      }
      return records;
    }

    /**
     * Whether a broker has answered a fetch since the last time. There is no fetch while everything
     * is paused, which Streams does for moments while it has enough to do: that counts as well.
     */
    private boolean hasHeard() {
      Metric metric = fetchesAnswered;
      if (metric == null) {
        metric = find();
        fetchesAnswered = metric;
      }
      double now = metric == null ? fetchesBefore : ((Number) metric.metricValue()).doubleValue();
      boolean more = now > fetchesBefore;
      fetchesBefore = now;
      return more || paused().size() == assignment().size();
    }

    private @Nullable Metric find() {
      for (Map.Entry<MetricName, ? extends Metric> entry : metrics().entrySet()) {
        MetricName name = entry.getKey();
        // Those of a topic have its name as a further tag.
        if (name.name().equals("fetch-total") && name.tags().size() == 1) {
          return entry.getValue();
        }
      }
      return null;
    }

    /**
     * Throws nothing of Kafka's: the records of this poll count as read, so they would be seen by
     * nobody. Streams goes on after some of these faults, such as a partition without an offset.
     */
    private void note(TopicPartition partition) {
      try {
        long position = position(partition, Duration.ZERO);
        OptionalLong lag = currentLag(partition);
        PartitionProgress.Polled now =
            new PartitionProgress.Polled(lastGiven.getOrDefault(partition, -1L), position);
        long logEnd = lag.isPresent() ? position + lag.getAsLong() : -1;
        if (partition.topic().equals(Topics.EVENTS)) {
          partitions.polled(partition.partition(), now, logEnd);
        } else {
          partitions.receipts().polled(partition.partition(), now, logEnd);
        }
      } catch (KafkaException e) {
        // The position is not known, as right after the partition was assigned. The next poll,
        // which
        // has given nothing yet, knows it or throws this again.
      }
    }
  }
}
