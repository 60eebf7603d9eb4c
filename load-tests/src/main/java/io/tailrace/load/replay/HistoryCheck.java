package io.tailrace.load.replay;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.EventPage;
import io.tailrace.client.EventQuery;
import io.tailrace.client.HistoryReader;
import io.tailrace.standalone.cli.CommandException;
import java.util.function.IntConsumer;

/** Reads a channel's history and checks every event and its chain against the trace. */
final class HistoryCheck {
  private HistoryCheck() {}

  /** Reads from seq {@code base} + 1 to the end of what the trace wrote. */
  static void check(
      HistoryReader history, String channel, Expected expected, long base, IntConsumer read) {
    int place = 0;
    long chain = 0;
    while (place < expected.count(channel)) {
      EventPage page =
          history.events(
              channel,
              new EventQuery(
                  base + place, EventQuery.LIMIT_MAX, null, base + expected.count(channel), 0));
      if (page.events().isEmpty()) {
        throw new CommandException(
            channel + ": history ends at " + (base + place) + " and head is " + page.head());
      }
      for (ChannelEvent event : page.events()) {
        if (place == expected.count(channel)) {
          break;
        }
        check(event, channel, expected, base, place);
        if (place > 0 && !event.follows(chain)) {
          throw new CommandException(channel + ": the chain breaks at seq " + event.seq());
        }
        chain = event.chain();
        place++;
      }
      read.accept(page.events().size());
    }
  }

  private static void check(
      ChannelEvent event, String channel, Expected expected, long base, int place) {
    if (event.seq() != base + place + 1
        || !event.dataText().equals(expected.data(channel, place))) {
      throw new CommandException(
          channel
              + ": history has seq "
              + event.seq()
              + " where message "
              + place
              + " of the trace"
              + " at seq "
              + (base + place + 1)
              + " is due");
    }
  }
}
