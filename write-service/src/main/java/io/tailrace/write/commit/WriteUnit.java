package io.tailrace.write.commit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is committed as a whole or not at all.
 *
 * @param rows at least one, in the order in which they get their places
 * @param claim null for a write without an idempotency key
 * @param wantsCommitTime whether the answer will not wait for the seq, and so needs the time of the
 *     commit from the database
 */
public record WriteUnit(List<EventRow> rows, @Nullable Claim claim, boolean wantsCommitTime) {
  /** Copies the rows. */
  public WriteUnit {
    rows = List.copyOf(rows);
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("a unit has at least one row");
    }
  }

  /** Bytes of data in all rows. */
  int bytes() {
    int bytes = 0;
    for (EventRow row : rows) {
      bytes += row.bytes();
    }
    return bytes;
  }

  /** Whether the rows have exactly these ids, in this order. */
  boolean hasIds(List<String> ids) {
    if (ids.size() != rows.size()) {
      return false;
    }
    for (int i = 0; i < ids.size(); i++) {
      if (!ids.get(i).equals(rows.get(i).id())) {
        return false;
      }
    }
    return true;
  }
}
