package io.tailrace.relay.tail;

import io.debezium.connector.base.QueueProvider;
import io.debezium.pipeline.DataChangeEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * What Debezium's reader has decoded and the sink has not taken yet. Debezium's own queue hands
 * over when a batch is full or {@code poll.interval.ms} has passed, whichever comes first; this one
 * wakes its taker with the first row, so that rows wait only while the sink is busy, and batches
 * grow by themselves under load.
 *
 * <p>The bound is kept by Debezium, which asks {@link #size()} before it puts. Any thread.
 */
final class ArrivalQueue implements QueueProvider<DataChangeEvent> {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final ArrayDeque<DataChangeEvent> waiting = new ArrayDeque<>();

  @Override
  public String name() {
    return "arrival";
  }

  @Override
  public void configure(Map<String, ?> properties) {
    // Nothing to set: the bound is Debezium's max.queue.size.
  }

  @Override
  public void enqueue(DataChangeEvent event) {
    lock.lock();
    try {
      waiting.add(event);
      if (waiting.size() == 1) {
        arrived.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public @Nullable DataChangeEvent poll() {
    lock.lock();
    try {
      return waiting.poll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until something is there or the time is over, then takes at most {@code most}. */
  List<SourceRecord> take(int most, long waitNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = waitNanos;
      while (waiting.isEmpty()) {
        if (left <= 0) {
          return List.of();
        }
        left = arrived.awaitNanos(left);
      }
      int count = Math.min(most, waiting.size());
      List<SourceRecord> taken = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        taken.add(waiting.remove().getRecord());
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }
}
