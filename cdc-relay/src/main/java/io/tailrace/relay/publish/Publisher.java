package io.tailrace.relay.publish;

import io.tailrace.relay.translate.Translated;
import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.topic.Placement;
import io.tailrace.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Sends batches and waits until all of a batch is acknowledged.
 *
 * <p>Order: the producer is idempotent, keeps the order per partition over its own retries, and a
 * send that has failed for good halts the process on the producer's thread, before that thread can
 * send anything else.
 */
public final class Publisher implements AutoCloseable {
  private final Producer<byte[], byte[]> producer;
  private final int partitions;
  private final Outgoing outgoing;
  private final Duration ackWait;
  private final Halt halt;
  private volatile boolean closing;

  /**
   * A publisher.
   *
   * @param producer idempotent, acks=all; closed with this
   * @param placement where the log has a channel
   * @param recordBytesMax the smaller of what the producer sends and what the topic takes
   * @param ackWait longest wait for the acknowledgements of a batch; longer than the producer's
   *     delivery time-out
   */
  public Publisher(
      Producer<byte[], byte[]> producer,
      Placement placement,
      long recordBytesMax,
      Duration ackWait,
      Halt halt) {
    this.producer = producer;
    this.partitions = producer.partitionsFor(Topics.OUTBOX).size();
    placement.requireRoom(partitions);
    this.outgoing =
        new Outgoing(channel -> placement.partitionOf(channel, partitions), recordBytesMax);
    this.ackWait = ackWait;
    this.halt = halt;
  }

  /** Returns when all of the batch is acknowledged. How many became dead letters is the answer. */
  public int publish(List<Translated> batch) throws InterruptedException {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(batch.size());
    int dead = 0;
    for (Translated translated : batch) {
      ProducerRecord<byte[], byte[]> record = outgoing.record(translated);
      if (record.value() == null) {
        dead++;
      }
      records.add(record);
    }
    send(records);
    return dead;
  }

  /**
   * Tells every partition of the outbox topic that a rebuild is complete; returns when all have it.
   *
   * @param position behind the last row's
   * @return how many partitions there are
   */
  public int mark(Position position) throws InterruptedException {
    List<ProducerRecord<byte[], byte[]>> marks = new ArrayList<>(partitions);
    for (int partition = 0; partition < partitions; partition++) {
      marks.add(Outgoing.mark(partition, position));
    }
    send(marks);
    return partitions;
  }

  private void send(List<ProducerRecord<byte[], byte[]>> records) throws InterruptedException {
    Acks acks = new Acks(records.size());
    try {
      for (ProducerRecord<byte[], byte[]> record : records) {
        // The callback is told all that the future would be.
        var _ = producer.send(record, acks);
      }
    } catch (InterruptException e) {
      throw asInterrupted(e);
    } catch (RuntimeException e) {
      halt.halt("a row could not be handed to Kafka's producer", e);
      throw e;
    }
    if (!acks.left.await(ackWait.toMillis(), TimeUnit.MILLISECONDS)) {
      halt.halt("Kafka acknowledged nothing for " + ackWait.toSeconds() + " s", null);
    }
  }

  private static InterruptedException asInterrupted(InterruptException e) {
    // Kafka sets the flag again; the checked exception stands for it.
    Thread.interrupted();
    InterruptedException interrupted = new InterruptedException("while sending");
    interrupted.initCause(e);
    return interrupted;
  }

  @Override
  public void close() {
    closing = true;
    // What is not acknowledged yet comes again from the slot.
    producer.close(Duration.ofSeconds(2));
  }

  private final class Acks implements Callback {
    private final CountDownLatch left;

    Acks(int count) {
      this.left = new CountDownLatch(count);
    }

    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception error) {
      if (error != null) {
        if (closing) {
          // Given up by close(), after which this producer appends nothing.
          return;
        }
        halt.halt("Kafka refused a row; nothing may be appended behind it", error);
        return;
      }
      left.countDown();
    }
  }
}
