package io.tailrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * Where a row stands in the source. Ordered first by (incarnation, timeline); within one of these,
 * {@code after} says where the row's transaction begins relative to all others.
 *
 * <p>An LSN alone is no position: the LSN of a change is not in commit order when transactions
 * interleave, and rows of one COPY share one.
 *
 * @param incarnation number of the replication slot, and of the epoch; from 1
 * @param timeline PostgreSQL's timeline; from 1
 * @param after commit LSN of the previous transaction in the relay's stream, or where that stream
 *     started; unsigned
 * @param xid transaction id
 * @param index the row's place in its transaction, from 0
 */
public record Position(int incarnation, int timeline, long after, long xid, int index) {

  /**
   * Whether a record at this position repeats one that was accepted before, given the last accepted
   * position of its partition (null: none yet).
   *
   * <p>Sound because c(k−1) ≤ after(k) &lt; c(k) holds in every stream for transaction k with
   * commit LSN c(k): a repeat of an older transaction has a lower {@code after}, a new one never
   * has. A higher timeline changes nothing in that: up to where it branched off, it shares LSNs and
   * transactions with the one before, and a stream on it may begin with what was accepted there. (A
   * branch that lacks an accepted row is a fork, which the relay refuses to carry.) A lower one is
   * that of a primary which has been replaced.
   */
  public boolean repeats(@Nullable Position last) {
    if (last == null) {
      return false;
    }
    if (incarnation != last.incarnation) {
      return incarnation < last.incarnation;
    }
    if (timeline < last.timeline) {
      return true;
    }
    if (xid == last.xid) {
      return index <= last.index;
    }
    return Long.compareUnsigned(after, last.after) < 0;
  }

  /** Text form: {@code incarnation.timeline.after.xid.index}, {@code after} in hexadecimal. */
  public String encode() {
    return incarnation + "." + timeline + "." + Long.toHexString(after) + "." + xid + "." + index;
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static Position parse(String text) {
    String[] part = text.split("\\.", -1);
    if (part.length != 5) {
      throw new IllegalArgumentException("a position has five parts");
    }
    return new Position(
        Integer.parseInt(part[0]),
        Integer.parseInt(part[1]),
        Long.parseUnsignedLong(part[2], 16),
        Long.parseLong(part[3]),
        Integer.parseInt(part[4]));
  }
}
