package io.tailrace.relay.translate;

import io.tailrace.schemas.event.Position;

/**
 * Gives each row of one replication stream its {@link Position}.
 *
 * <p>A position recognises repeats because c(k−1) ≤ after(k) &lt; c(k) holds in every stream, where
 * c(k) is the end LSN of transaction k's commit. For a transaction that is not the stream's first,
 * {@code after} is the last commit that the stream brought, which is c(k−1) or a relay message
 * written between the two. For the first one it is where the stream started: PostgreSQL skips
 * exactly the transactions whose commit lies before the slot's confirmed position F, so c(k−1) ≤ F
 * &lt; c(k).
 *
 * <p>One stream, one instance, one thread.
 */
final class Positions {
  private final int incarnation;
  private final int timeline;
  private final long streamStart;
  private boolean any;
  private long xid;
  private long after;
  private int index;

  Positions(int incarnation, int timeline, long streamStart) {
    this.incarnation = incarnation;
    this.timeline = timeline;
    this.streamStart = streamStart;
  }

  /**
   * The position of the next row.
   *
   * @throws IllegalStateException where the stream's account of commits runs back or is missing:
   *     going on would let the sequencer drop rows that it never had
   */
  Position next(SourceRow row) {
    if (any && row.xid() == xid) {
      index++;
    } else {
      begin(row);
    }
    return new Position(incarnation, timeline, after, xid, index);
  }

  private void begin(SourceRow row) {
    Long previous = row.previousCommit();
    if (!any) {
      after =
          previous != null && Long.compareUnsigned(previous, streamStart) > 0
              ? previous
              : streamStart;
    } else if (previous == null || Long.compareUnsigned(previous, after) <= 0) {
      throw new IllegalStateException(
          "the stream names no commit between transactions "
              + xid
              + " and "
              + row.xid()
              + ": rows cannot be placed, is this the Debezium version that was tested?");
    } else {
      after = previous;
    }
    any = true;
    xid = row.xid();
    index = 0;
  }
}
