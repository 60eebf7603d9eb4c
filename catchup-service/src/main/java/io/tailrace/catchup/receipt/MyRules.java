package io.tailrace.catchup.receipt;

import io.tailrace.catchup.auth.ReadRight;
import io.tailrace.catchup.auth.Reader;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.token.Identity;
import io.tailrace.sequencer.store.Head;
import io.tailrace.sequencer.store.HistoryReader;
import io.tailrace.sequencer.store.Membership;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which channels are one's own, and how far one has read them: those that one has a receipt of, of
 * whatever epoch, and those that one is a member of; of these the ones that have events and that
 * one may read in this moment, as for every other read.
 */
final class MyRules {
  /** Channels of a partition that are looked at for one answer. */
  static final int LOOKED_AT_MAX = 5000;

  private static final int AT_ONCE = 128;

  private MyRules() {}

  /** Gathers what one partition has above a name. */
  static void gather(
      HistoryReader.ReceiptView view,
      ReadRight right,
      Identity identity,
      String after,
      MyPage page) {
    String last = after;
    for (int lookedAt = 0; ; lookedAt += AT_ONCE) {
      List<HistoryReader.ChannelPlace> some =
          view.channelsOf(identity.tenant(), identity.user(), last, AT_ONCE);
      for (HistoryReader.ChannelPlace one : some) {
        if (!page.isWithin(one.name())) {
          return;
        }
        last = one.name();
        MyChannel channel = channel(view.history(), right, identity, one);
        if (channel != null) {
          page.add(channel);
        }
      }
      if (some.size() < AT_ONCE) {
        return;
      }
      if (lookedAt >= LOOKED_AT_MAX) {
        page.readTo(last);
        return;
      }
    }
  }

  private static @Nullable MyChannel channel(
      HistoryReader.View view, ReadRight right, Identity identity, HistoryReader.ChannelPlace one) {
    if (!(right.decide(identity, one.name()) instanceof ReadRight.Decision.Asks(Reader reader))
        || !(reader.in(view) instanceof Reader.Standing.Reads reads)) {
      return null;
    }
    Channel channel = reader.channel();
    Head head = view.head(channel);
    Membership membership = view.membership(channel, identity.user());
    String role = reads.contract().members() == null ? null : membership.role();
    if (head.seq() == 0 || one.place() == null && role == null) {
      return null;
    }
    long read =
        one.place() != null && one.place().epoch() == head.epoch()
            ? Math.min(one.place().seq(), head.seq())
            : 0;
    // What was written before one was added is not to be read, and so is not unread.
    return new MyChannel(one.name(), head.seq(), Math.max(read, reads.visibleFrom() - 1), role);
  }
}
