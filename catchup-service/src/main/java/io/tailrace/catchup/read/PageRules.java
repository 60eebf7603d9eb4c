package io.tailrace.catchup.read;

import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.name.Channel;
import io.tailrace.sequencer.store.Head;
import io.tailrace.sequencer.store.HistoryReader;
import org.jspecify.annotations.Nullable;

/**
 * Pages of 256 events. A complete page is the same for ever: its tag names epoch, place and chain.
 */
public final class PageRules {
  /** Events of a page. */
  public static final int PAGE = 256;

  /** Highest page number that can be asked for: seqs stay below 2^62. */
  public static final long NUMBER_MAX = (1L << 54) - 1;

  private PageRules() {}

  /** What one moment says of a page. */
  public sealed interface Found {
    /** It cannot be read, and why. */
    record Refused(Answer.Refused why) implements Found {}

    /** It can be read; nothing of it has been read yet. */
    record Page(Plan plan) implements Found {}
  }

  /**
   * A page that can be read.
   *
   * @param after its events are above this seq
   * @param to and up to this one; not above {@code after} where it has none
   * @param head the head to tell
   * @param tag its strong tag where it is complete; null where it may grow
   */
  public record Plan(int epoch, long after, long to, long head, @Nullable String tag) {
    /** The {@code after} of the next page; null where this is the last. */
    public @Nullable Long next() {
      return tag == null ? null : (Long) to;
    }
  }

  /** Finds a page; null where the store is not there yet. */
  public static @Nullable Found find(
      HistoryReader.View view, Channel channel, int epoch, long number) {
    Answer.Refused passed = EventRules.passedEpoch(view, epoch);
    if (passed != null) {
      return new Found.Refused(passed);
    }
    Head head = view.head(channel);
    if (epoch > head.epoch()) {
      return null;
    }
    long after = number * PAGE;
    if (head.seq() > after && after + 1 < head.first()) {
      return new Found.Refused(EventRules.gone(channel, head.first()));
    }
    long end = after + PAGE;
    Long chain = head.seq() < end ? null : view.chainAt(channel, end);
    if (chain == null) {
      return new Found.Page(new Plan(epoch, after, head.seq(), head.seq(), null));
    }
    // A complete page must not change with the channel's head: it tells the page's own end.
    return new Found.Page(
        new Plan(epoch, after, end, end, epoch + "-" + number + "-" + Chain.hex(chain)));
  }
}
