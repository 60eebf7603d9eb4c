package io.tailrace.write.commit;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A unit in a lane, with the future that its writer holds. Owned by the lane's thread from the
 * moment it is taken from the queue.
 */
final class Pending {
  final WriteUnit unit;
  final long queuedNanos;
  final CompletableFuture<CommitResult> result = new CompletableFuture<>();
  private final Runnable beforeResult;
  private @Nullable Instant createdAt;

  /** Whether a try was lost on the way, so that it may have been committed. */
  boolean perhapsCommitted;

  /**
   * A unit that was queued at this time.
   *
   * @param beforeResult run once, before the writer learns the result
   */
  Pending(WriteUnit unit, long queuedNanos, Runnable beforeResult) {
    this.unit = unit;
    this.queuedNanos = queuedNanos;
    this.beforeResult = beforeResult;
  }

  /**
   * When it was first tried. It stays for every further try, because (id, created_at) is the
   * primary key by which a second try finds out that the first one was committed.
   */
  Instant createdAt(Instant now) {
    Instant first = createdAt;
    if (first == null) {
      createdAt = now;
      return now;
    }
    return first;
  }

  /** The next try is a first one again: nothing of this unit was written. */
  void untried() {
    createdAt = null;
  }

  /** Tells the writer. */
  void complete(CommitResult outcome) {
    beforeResult.run();
    result.complete(outcome);
  }
}
