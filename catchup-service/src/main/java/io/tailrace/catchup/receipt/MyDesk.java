package io.tailrace.catchup.receipt;

import io.tailrace.catchup.auth.ReadRight;
import io.tailrace.catchup.await.Moments;
import io.tailrace.catchup.read.Answer;
import io.tailrace.catchup.route.Peers;
import io.tailrace.catchup.route.Routes;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import io.tailrace.sequencer.store.HistoryReader;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One's own channels, from all partitions: those that are here are looked at, the processes that
 * hold the others are asked beside each other. A partition that nobody answers for is looked up
 * again for two seconds; an answer without one would look as if its channels had gone.
 */
public final class MyDesk {
  /** Channels in an answer where nothing is asked for. */
  public static final int LIMIT_DEFAULT = 100;

  /** Channels in an answer at most. */
  public static final int LIMIT_MAX = 500;

  /** Requests at once: each may hold a page from every process. */
  private static final int GATHERINGS_MAX = 64;

  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final HistoryReader history;
  private final ReadRight right;
  private final Routes routes;
  private final Peers peers;
  private final ExecutorService threads;
  private final Semaphore gatherings = new Semaphore(GATHERINGS_MAX);

  /** With an executor of virtual threads to ask others on. */
  public MyDesk(
      HistoryReader history, ReadRight right, Routes routes, Peers peers, ExecutorService threads) {
    this.history = history;
    this.right = right;
    this.routes = routes;
    this.peers = peers;
    this.threads = threads;
  }

  /**
   * Who asks for what.
   *
   * @param token the caller's, for other processes to verify
   * @param after names above this one; empty: all
   */
  public record Asked(Identity identity, String token, String after, int limit) {}

  /** Answers from wherever the partitions are; waits, bounded. */
  public Answer answer(Asked asked) throws InterruptedException {
    if (!gatherings.tryAcquire()) {
      return new Answer.Refused(
          Problem.retryAfter(
              ProblemCode.OVERLOADED,
              "too many requests gather channels: ask again",
              Moments.RETRY_AFTER_MS));
    }
    try {
      return gather(asked);
    } finally {
      gatherings.release();
    }
  }

  /** Answers another process, of those of these partitions that are here. */
  public Answer answerHere(Asked asked, Collection<Integer> partitions) {
    MyPage page = new MyPage(asked.limit());
    List<Integer> answered = new ArrayList<>();
    for (int partition : partitions) {
      if (partition < history.partitions() && look(partition, asked, page)) {
        answered.add(partition);
      }
    }
    return new Answer.Json(MyWire.encode(page, answered));
  }

  private Answer gather(Asked asked) throws InterruptedException {
    long end = System.nanoTime() + Moments.FOR_STORE.toNanos();
    MyPage page = new MyPage(asked.limit());
    NavigableSet<Integer> missing = new TreeSet<>();
    for (int partition = 0; partition < history.partitions(); partition++) {
      missing.add(partition);
    }
    while (true) {
      round(asked, missing, page, end);
      if (missing.isEmpty()) {
        return new Answer.Json(MyWire.encode(page));
      }
      if (System.nanoTime() - end >= 0) {
        return new Answer.Refused(Moments.notReady());
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  /** Asks once for everything that is missing. */
  private void round(Asked asked, NavigableSet<Integer> missing, MyPage page, long end)
      throws InterruptedException {
    Map<URI, List<Integer>> elsewhere = new HashMap<>();
    for (int partition : List.copyOf(missing)) {
      switch (routes.of(partition)) {
        case Routes.Place.Here _ -> {
          if (look(partition, asked, page)) {
            missing.remove(partition);
          }
        }
        case Routes.Place.At(URI process) ->
            elsewhere.computeIfAbsent(process, _ -> new ArrayList<>()).add(partition);
        case Routes.Place.Nowhere _ -> {
          // Looked up again in the next round.
        }
      }
    }
    long left = end - System.nanoTime();
    if (elsewhere.isEmpty() || left <= 0) {
      return;
    }
    List<Callable<MyWire.@Nullable Part>> asks = new ArrayList<>();
    elsewhere.forEach((process, partitions) ->
        asks.add(() -> ask(process, asked, partitions, Duration.ofNanos(left))));
    for (Future<MyWire.@Nullable Part> one : threads.invokeAll(asks, left, TimeUnit.NANOSECONDS)) {
      MyWire.Part part = one.isCancelled() ? null : valueOf(one);
      // It may have been given up between two of its partitions: what was not asked is not taken.
      if (part != null && missing.containsAll(part.partitions())) {
        part.channels().forEach(page::add);
        if (part.next() != null) {
          page.readTo(part.next());
        }
        part.partitions().forEach(missing::remove);
      }
    }
  }

  private static MyWire.@Nullable Part valueOf(Future<MyWire.@Nullable Part> one)
      throws InterruptedException {
    try {
      return one.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("another process could not be asked", e);
    }
  }

  private MyWire.@Nullable Part ask(
      URI process, Asked asked, List<Integer> partitions, Duration longest)
      throws InterruptedException {
    String list = partitions.stream().map(String::valueOf).collect(Collectors.joining("."));
    byte[] answer =
        peers.get(
            process,
            Peers.MY_CHANNELS
                + "?partitions="
                + list
                + "&limit="
                + asked.limit()
                + (asked.after().isEmpty() ? "" : "&after=" + asked.after()),
            asked.token(),
            longest);
    try {
      return answer == null ? null : MyWire.decode(answer);
    } catch (IOException e) {
      // What it did not answer readably is asked for again.
      return null;
    }
  }

  /** Gathers from a partition that is here; false where it cannot be read. */
  private boolean look(int partition, Asked asked, MyPage page) {
    HistoryReader.@Nullable ReceiptView opened = history.openReceipts(partition);
    if (opened == null) {
      return false;
    }
    try (HistoryReader.ReceiptView view = opened) {
      MyRules.gather(view, right, asked.identity(), asked.after(), page);
      return true;
    }
  }
}
