package io.tailrace.write.commit;

import io.tailrace.write.commit.CommitResult.Committed;
import io.tailrace.write.commit.CommitResult.KeyReused;
import io.tailrace.write.commit.CommitResult.Replayed;
import io.tailrace.write.commit.CommitResult.Unavailable;
import io.tailrace.write.measure.WriteMetrics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes units from any thread and commits them in lanes.
 *
 * <p>A unit's lane is chosen by the channel of its first row, so that a channel's writes keep the
 * order in which they arrived here; within a lane tenants take turns. Of several writes with one
 * key that are under way here at the same time only the first goes to the database; the others get
 * its answer.
 */
public final class GroupCommitter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GroupCommitter.class);
  private static final long CLOSE_MS_MAX = 15_000;

  private record KeyName(String tenant, String author, String key) {}

  private final List<FairQueue> queues = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final ConcurrentMap<KeyName, Pending> underWay = new ConcurrentHashMap<>();
  private final Clocks clocks;
  private volatile boolean closing;

  /** Starts the lanes' threads. */
  public GroupCommitter(DataSource pool, CommitLimits limits, Clocks clocks, WriteMetrics metrics) {
    this.clocks = clocks;
    for (int i = 0; i < limits.lanes(); i++) {
      FairQueue queue = new FairQueue(limits.queueUnitsMax());
      Lane lane = new Lane(queue, pool, limits, clocks, metrics);
      queues.add(queue);
      threads.add(
          Thread.ofPlatform().daemon().name("write-lane-" + i).start(() -> run(lane, queue)));
    }
    metrics.gauge("tailrace.write.queued.units", "units that wait for a commit", this::queued);
  }

  /**
   * Queues a unit. Returns null, and has done nothing, where its lane is full; the future is
   * completed by the lane, always.
   */
  public @Nullable CompletableFuture<CommitResult> submit(WriteUnit unit) {
    Claim claim = unit.claim();
    if (claim == null) {
      Pending pending = new Pending(unit, clocks.nanoTime().getAsLong(), () -> {});
      return enqueue(pending) ? pending.result : null;
    }
    KeyName name = new KeyName(claim.tenant(), claim.author(), claim.key());
    Pending pending = new Pending(unit, clocks.nanoTime().getAsLong(), () -> underWay.remove(name));
    Pending first = underWay.putIfAbsent(name, pending);
    if (first != null) {
      return first.result.thenCompose(result -> afterFirst(first.unit, unit, claim, result));
    }
    if (!enqueue(pending)) {
      pending.complete(new Unavailable("too many writes wait; nothing was written, try again"));
      return null;
    }
    return pending.result;
  }

  /** Units that wait in all lanes. */
  public int queued() {
    int queued = 0;
    for (FairQueue queue : queues) {
      queued += queue.size();
    }
    return queued;
  }

  /** Takes nothing more, commits what is queued, and ends the threads; bounded. */
  @Override
  public void close() {
    closing = true;
    long end = clocks.nanoTime().getAsLong() + CLOSE_MS_MAX * 1_000_000;
    boolean interrupted = false;
    for (Thread thread : threads) {
      try {
        thread.join(Math.max(1, (end - clocks.nanoTime().getAsLong()) / 1_000_000));
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    for (FairQueue queue : queues) {
      // What came in between the last look of a lane and its end.
      for (Pending left = queue.poll(); left != null; left = queue.poll()) {
        left.complete(new Unavailable("this server is stopping; nothing was written, try again"));
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean enqueue(Pending pending) {
    int lane = Math.floorMod(pending.unit.rows().getFirst().channel().hashCode(), queues.size());
    return !closing && queues.get(lane).offer(pending);
  }

  private CompletableFuture<CommitResult> afterFirst(
      WriteUnit first, WriteUnit unit, Claim claim, CommitResult result) {
    Claim firstClaim = first.claim();
    boolean sameBody = firstClaim != null && firstClaim.bodyHash().equals(claim.bodyHash());
    return switch (result) {
      case Committed done -> {
        Instant time = done.commitTime();
        List<String> ids = first.rows().stream().map(EventRow::id).toList();
        yield CompletableFuture.completedFuture(
            sameBody ? new Replayed(ids, time == null ? done.createdAt() : time) : new KeyReused());
      }
      case CommitResult same when sameBody -> CompletableFuture.completedFuture(same);
      case CommitResult _ -> {
        // The first one decided nothing about this body: ask the database.
        CompletableFuture<CommitResult> again = submit(unit);
        yield again != null
            ? again
            : CompletableFuture.completedFuture(
                new Unavailable("too many writes wait; nothing was written, try again"));
      }
    };
  }

  private void run(Lane lane, FairQueue queue) {
    while (!closing || !queue.isEmpty() || lane.carries()) {
      try {
        lane.doWork();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return;
      } catch (Throwable t) {
        // A bug in one batch must not end the lane; its writers run into their own time-outs.
        log.atError().setCause(t).log("a lane met an unexpected fault");
      }
    }
  }
}
