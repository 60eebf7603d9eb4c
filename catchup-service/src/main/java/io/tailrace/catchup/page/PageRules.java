package io.tailrace.catchup.page;

import io.tailrace.catchup.read.Answer;
import io.tailrace.catchup.read.EventRules;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.name.Channel;
import io.tailrace.sequencer.store.Head;
import io.tailrace.sequencer.store.HistoryReader;
import io.tailrace.sequencer.store.StoredEvent;
import java.util.List;
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

  /** One page; null where the store is not there yet. */
  public static @Nullable Answer page(
      HistoryReader.View view, Channel channel, int epoch, long number) {
    Answer.Refused passed = EventRules.passedEpoch(view, epoch);
    if (passed != null) {
      return passed;
    }
    Head head = view.head(channel);
    if (epoch > head.epoch()) {
      return null;
    }
    long after = number * PAGE;
    if (head.seq() > after && after + 1 < head.first()) {
      return EventRules.gone(channel, head.first());
    }
    List<StoredEvent> events =
        head.seq() <= after
            ? List.of()
            : view.events(channel, after, PAGE, Integer.MAX_VALUE).events();
    boolean complete = events.size() == PAGE;
    // A complete page must not change with the channel's head: it tells the page's own end.
    Head shown =
        complete
            ? new Head(head.epoch(), after + PAGE, events.getLast().chain(), head.first())
            : head;
    byte[] body =
        EventRules.eventsJson(channel, shown, events, complete ? (Long) (after + PAGE) : null);
    return complete
        ? new Answer.Json(body, epoch + "-" + number + "-" + Chain.hex(events.getLast().chain()))
        : Answer.Json.changing(body);
  }
}
