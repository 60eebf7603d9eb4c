package io.tailrace.catchup.await;

import io.tailrace.schemas.name.Channel;
import io.tailrace.sequencer.store.HistoryListener;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Wakes those who wait for the store to get somewhere. A waiter registers, looks, and sleeps only
 * if what it looked for is not there, so that nothing that happens in between is missed.
 *
 * <p>Thread: waiters on virtual threads; told by Streams' threads, which never block here.
 */
public final class Progress implements HistoryListener {
  private final int waitsMax;
  private final LongSupplier nanoTime;
  private final AtomicInteger waiting = new AtomicInteger();
  private final Map<Channel, Set<Waiter>> byChannel = new ConcurrentHashMap<>();
  private final Map<Integer, Set<Waiter>> byPartition = new ConcurrentHashMap<>();

  /** With the most waits at once, and a clock that only goes forward. */
  public Progress(int waitsMax, LongSupplier nanoTime) {
    this.waitsMax = waitsMax;
    this.nanoTime = nanoTime;
  }

  /** One waiting request; a permit is one reason to look again. */
  private record Waiter(int partition, Semaphore wake) {}

  /** What became of a wait. */
  public sealed interface Outcome<T> {
    /** It is there. */
    record Found<T>(T value) implements Outcome<T> {}

    /** The time is over. */
    record TimedOut<T>() implements Outcome<T> {}

    /** Too many wait already. */
    record Full<T>() implements Outcome<T> {}
  }

  /** How many wait now. */
  public int waiting() {
    return waiting.get();
  }

  /** Looks, and looks again whenever the channel has grown, until it finds or the time is over. */
  public <T> Outcome<T> onChannel(
      Channel channel, int partition, Duration longest, Supplier<@Nullable T> look)
      throws InterruptedException {
    return await(byChannel, channel, partition, longest, look);
  }

  /**
   * Looks, and looks again whenever the partition has moved, until it finds or the time is over.
   */
  public <T> Outcome<T> onPartition(int partition, Duration longest, Supplier<@Nullable T> look)
      throws InterruptedException {
    return await(byPartition, partition, partition, longest, look);
  }

  private <K, T> Outcome<T> await(
      Map<K, Set<Waiter>> waiters,
      K key,
      int partition,
      Duration longest,
      Supplier<@Nullable T> look)
      throws InterruptedException {
    T first = look.get();
    if (first != null) {
      return new Outcome.Found<>(first);
    }
    if (longest.isZero()) {
      return new Outcome.TimedOut<>();
    }
    if (waiting.incrementAndGet() > waitsMax) {
      waiting.decrementAndGet();
      return new Outcome.Full<>();
    }
    Waiter waiter = new Waiter(partition, new Semaphore(0));
    add(waiters, key, waiter);
    try {
      return sleepAndLook(waiter, nanoTime.getAsLong() + longest.toNanos(), look);
    } finally {
      remove(waiters, key, waiter);
      waiting.decrementAndGet();
    }
  }

  private <T> Outcome<T> sleepAndLook(Waiter waiter, long deadline, Supplier<@Nullable T> look)
      throws InterruptedException {
    while (true) {
      T found = look.get();
      if (found != null) {
        return new Outcome.Found<>(found);
      }
      long left = deadline - nanoTime.getAsLong();
      if (left <= 0 || !waiter.wake().tryAcquire(left, TimeUnit.NANOSECONDS)) {
        T last = look.get();
        return last == null ? new Outcome.TimedOut<>() : new Outcome.Found<>(last);
      }
      waiter.wake().drainPermits();
    }
  }

  private static <K> void add(Map<K, Set<Waiter>> waiters, K key, Waiter waiter) {
    waiters.compute(
        key,
        (_, present) -> {
          Set<Waiter> set = present == null ? ConcurrentHashMap.newKeySet() : present;
          set.add(waiter);
          return set;
        });
  }

  private static <K> void remove(Map<K, Set<Waiter>> waiters, K key, Waiter waiter) {
    waiters.computeIfPresent(
        key,
        (_, present) -> {
          present.remove(waiter);
          return present.isEmpty() ? null : present;
        });
  }

  @Override
  public void appended(int partition, Channel channel, int epoch, long seq) {
    wake(byChannel.get(channel));
  }

  @Override
  public void moved(int partition, long position) {
    wake(byPartition.get(partition));
  }

  @Override
  public void availability(int partition) {
    wake(byPartition.get(partition));
    for (Set<Waiter> waiters : byChannel.values()) {
      for (Waiter waiter : waiters) {
        if (waiter.partition() == partition) {
          waiter.wake().release();
        }
      }
    }
  }

  private static void wake(@Nullable Set<Waiter> waiters) {
    if (waiters != null) {
      for (Waiter waiter : waiters) {
        waiter.wake().release();
      }
    }
  }
}
