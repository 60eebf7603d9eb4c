package io.tailrace.write.http;

import io.tailrace.schemas.name.Channel;
import io.tailrace.write.ack.LogFollower;
import io.tailrace.write.ack.LogSearch;
import io.tailrace.write.ack.Sequenced;
import io.tailrace.write.http.Answer.One;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Waits, bounded, for the places of events that are committed. */
final class Places {
  private final LogFollower follower;
  private final LogSearch search;
  private final LongSupplier nanoTime;
  private final long waitNanosMax;

  Places(LogFollower follower, LogSearch search, LongSupplier nanoTime, long waitNanosMax) {
    this.follower = follower;
    this.search = search;
    this.nanoTime = nanoTime;
    this.waitNanosMax = waitNanosMax;
  }

  /**
   * The events with their places, as far as these became known in time.
   *
   * @param searchFrom commit time from which the log is also searched; null where the events are
   *     new, and will come by
   * @param committed told of events whose place is not known
   */
  List<One> await(
      List<Channel> channels, List<String> ids, @Nullable Instant searchFrom, Instant committed)
      throws InterruptedException {
    List<CompletableFuture<Sequenced>> waiters = new ArrayList<>(ids.size());
    for (int i = 0; i < ids.size(); i++) {
      CompletableFuture<Sequenced> waiter = follower.await(channels.get(i), ids.get(i));
      waiters.add(waiter);
      if (searchFrom != null && !waiter.isDone()) {
        search.find(channels.get(i), ids.get(i), searchFrom, waiter);
      }
    }
    long deadline = nanoTime.getAsLong() + waitNanosMax;
    List<One> events = new ArrayList<>(ids.size());
    for (int i = 0; i < ids.size(); i++) {
      CompletableFuture<Sequenced> waiter = waiters.get(i);
      events.add(new One(channels.get(i), ids.get(i), get(waiter, deadline), committed));
      follower.forget(channels.get(i), ids.get(i), waiter);
    }
    return events;
  }

  private @Nullable Sequenced get(CompletableFuture<Sequenced> waiter, long deadline)
      throws InterruptedException {
    try {
      long left = Math.max(0, deadline - nanoTime.getAsLong());
      return waiter.get(left, TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      return null;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a place is only ever completed with a value", e);
    }
  }
}
