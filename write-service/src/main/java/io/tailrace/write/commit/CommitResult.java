package io.tailrace.write.commit;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a unit. */
public sealed interface CommitResult {
  /**
   * It is durable.
   *
   * @param commitTime in microseconds, as in the WAL; null where the unit did not ask for it
   * @param createdAt second part of the rows' primary key
   */
  record Committed(@Nullable Instant commitTime, Instant createdAt) implements CommitResult {}

  /**
   * The key was claimed before, with the same body, for these events.
   *
   * @param commitTime of the first write; where it is not known, a time shortly before it
   */
  record Replayed(List<String> ids, Instant commitTime) implements CommitResult {}

  /** The key was claimed before, with another body. Nothing was written. */
  record KeyReused() implements CommitResult {}

  /** The database refuses this write and will refuse it again. Nothing was written. */
  record Refused(String detail) implements CommitResult {}

  /**
   * The author may not publish there, as it was decided in the transaction. Nothing was written.
   *
   * @param row index of the row at fault in the unit
   */
  record Forbidden(int row) implements CommitResult {}

  /** The database could not be reached, or did not decide in time; the write may have happened. */
  record Unavailable(String detail) implements CommitResult {}

  /** A fault that no retry cures, such as a missing table or right. Nothing was written. */
  record Broken(String detail) implements CommitResult {}
}
