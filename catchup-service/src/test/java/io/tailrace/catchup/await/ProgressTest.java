package io.tailrace.catchup.await;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.tailrace.schemas.name.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiters on threads of their own, the store's progress on this one. */
@Timeout(30)
class ProgressTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Channel A = new Channel("acme", "chat", "a");
  private static final Channel B = new Channel("acme", "chat", "b");

  private final Progress progress = new Progress(2, System::nanoTime);
  private final AtomicLong head = new AtomicLong();

  /** Starts a wait for a head, and returns once it has looked in vain. */
  private CompletableFuture<Progress.Outcome<Long>> waitFor(long seq) throws InterruptedException {
    CountDownLatch lookedTwice = new CountDownLatch(2);
    CompletableFuture<Progress.Outcome<Long>> outcome = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            outcome.complete(
                progress.onChannel(
                    A,
                    0,
                    LONG,
                    () -> {
                      lookedTwice.countDown();
                      long at = head.get();
                      return at >= seq ? (Long) at : null;
                    }));
          } catch (InterruptedException e) {
            outcome.completeExceptionally(e);
          }
        });
    lookedTwice.await();
    return outcome;
  }

  @Test
  void whatIsThereIsFoundWithoutWaiting() throws InterruptedException {
    assertEquals(new Progress.Outcome.Found<>(7L), progress.onChannel(A, 0, LONG, () -> (Long) 7L));
    assertEquals(0, progress.waiting());
  }

  @Test
  void wakesWhenTheChannelHasGrown() throws Exception {
    var wait = waitFor(2);
    head.set(1);
    progress.appended(0, A, 1, 1);
    head.set(2);

    progress.appended(0, A, 1, 2);

    assertEquals(new Progress.Outcome.Found<>(2L), wait.get());
    assertEquals(0, progress.waiting());
  }

  @Test
  void anotherChannelDoesNotWakeItButItsPartitionBecomingReadableDoes() throws Exception {
    var wait = waitFor(1);
    head.set(1);
    progress.appended(0, B, 1, 1);

    progress.availability(0);

    assertEquals(new Progress.Outcome.Found<>(1L), wait.get());
  }

  @Test
  void looksOnceMoreWhenTheTimeIsOver() throws InterruptedException {
    List<Integer> looks = new ArrayList<>();

    Progress.Outcome<Long> outcome =
        progress.onPartition(
            0,
            Duration.ofMillis(1),
            () -> {
              looks.add(1);
              return null;
            });

    assertInstanceOf(Progress.Outcome.TimedOut.class, outcome);
    assertEquals(3, looks.size());
    assertEquals(0, progress.waiting());
  }

  @Test
  void moreThanTheBoundAreToldSo() throws InterruptedException, ExecutionException {
    var first = waitFor(1);
    var second = waitFor(1);

    assertInstanceOf(
        Progress.Outcome.Full.class, progress.onChannel(A, 0, LONG, () -> (Long) null));

    head.set(1);
    progress.appended(0, A, 1, 1);
    first.get();
    second.get();
    assertEquals(0, progress.waiting());
  }

  @Test
  void aPartitionsWaitersWakeWhenItMoves() throws Exception {
    CountDownLatch lookedTwice = new CountDownLatch(2);
    CompletableFuture<Progress.Outcome<Long>> outcome = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            outcome.complete(
                progress.onPartition(
                    3,
                    LONG,
                    () -> {
                      lookedTwice.countDown();
                      return head.get() > 0 ? (Long) head.get() : null;
                    }));
          } catch (InterruptedException e) {
            outcome.completeExceptionally(e);
          }
        });
    lookedTwice.await();
    head.set(9);

    progress.moved(3, 9);

    assertEquals(new Progress.Outcome.Found<>(9L), outcome.get());
  }
}
