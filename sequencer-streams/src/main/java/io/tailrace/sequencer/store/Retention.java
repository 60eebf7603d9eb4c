package io.tailrace.sequencer.store;

/**
 * How much of a channel is kept at least. Trimming is lazy. A channel that grows is trimmed by the
 * log alone, by its seqs and commit times; one that has fallen silent is looked at now and then and
 * trimmed by the clock. Replicas may therefore differ in the {@code first} that they tell, by what
 * one of them has not looked at yet, and in nothing else: head, chain, entities and the events that
 * both keep are the log's.
 *
 * @param eventsMax events that are kept; {@link Long#MAX_VALUE}: all
 * @param ageMsMax age up to which events are kept; {@link Long#MAX_VALUE}: any
 */
public record Retention(long eventsMax, long ageMsMax) {
  /** Keeps everything. */
  public static final Retention ALL = new Retention(Long.MAX_VALUE, Long.MAX_VALUE);

  /** Events of a page; trimming keeps whole pages, since complete pages are immutable. */
  static final int PAGE = 256;

  /** Pages that one look may trim at most by age, so that it never takes long. */
  private static final int STEPS_MAX = 16;

  /** The retention of each kind. */
  @FunctionalInterface
  public interface OfKind {
    /** The retention of channels of this kind; {@link #ALL} for a kind that is not known. */
    Retention of(String kind);
  }

  /** Looks up the commit time of a kept event. */
  @FunctionalInterface
  interface CommitTimes {
    long committedMs(long seq);
  }

  /** Whether the seq is one at which trimming is considered. */
  static boolean isDue(long seq) {
    return seq % 64 == 0;
  }

  /** The first seq that stays, given the channel's head and the commit time of its newest event. */
  long firstKept(Head head, long newestMs, CommitTimes times) {
    long first = head.first();
    if (eventsMax != Long.MAX_VALUE) {
      long above = head.seq() - eventsMax;
      first = Math.max(first, above - Math.floorMod(above, PAGE) + 1);
    }
    if (ageMsMax != Long.MAX_VALUE) {
      for (int step = 0; step < STEPS_MAX; step++) {
        long lastOfPage = first - 1 - (first - 1) % PAGE + PAGE;
        if (lastOfPage >= head.seq() || newestMs - times.committedMs(lastOfPage) <= ageMsMax) {
          break;
        }
        first = lastOfPage + 1;
      }
    }
    return first;
  }

  /**
   * The first seq that stays of a channel that gets no events, given the time now. Where even its
   * newest event is too old, none stays.
   */
  long firstKeptAt(long nowMs, Head head, CommitTimes times) {
    if (ageMsMax == Long.MAX_VALUE || head.first() > head.seq()) {
      return head.first();
    }
    if (nowMs - times.committedMs(head.seq()) > ageMsMax) {
      return head.seq() + 1;
    }
    return new Retention(Long.MAX_VALUE, ageMsMax).firstKept(head, nowMs, times);
  }
}
