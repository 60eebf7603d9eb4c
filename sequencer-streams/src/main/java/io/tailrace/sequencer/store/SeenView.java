package io.tailrace.sequencer.store;

import io.tailrace.schemas.name.Channel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A view as one sees it who may read one channel from a seq on only; all others as they are. */
final class SeenView implements HistoryReader.View {
  private final HistoryView whole;
  private final Channel seen;
  private final long visibleFrom;

  SeenView(HistoryView whole, Channel seen, long visibleFrom) {
    this.whole = whole;
    this.seen = seen;
    this.visibleFrom = visibleFrom;
  }

  private long least(Channel channel) {
    return channel.equals(seen) ? visibleFrom : 1;
  }

  @Override
  public long position() {
    return whole.position();
  }

  @Override
  public int epoch() {
    return whole.epoch();
  }

  @Override
  public Head head(Channel channel) {
    Head head = whole.head(channel);
    return head.keeping(Math.max(head.first(), least(channel)));
  }

  @Override
  public @Nullable Long chainAt(Channel channel, long seq) {
    return seq == 0 || seq >= least(channel) ? whole.chainAt(channel, seq) : null;
  }

  @Override
  public HistoryReader.Run events(Channel channel, long after, int limit, int bytesMax) {
    return whole.events(channel, Math.max(after, least(channel) - 1), limit, bytesMax);
  }

  @Override
  public HistoryReader.EntityRun entities(
      Channel channel, HistoryReader.@Nullable Cursor from, long upTo, int limit, int bytesMax) {
    return whole.entities(
        channel, from, upTo, new HistoryView.Part(least(channel), limit, bytesMax));
  }

  @Override
  public Membership membership(Channel channel, String user) {
    return whole.membership(channel, user);
  }

  @Override
  public List<String> channelsOf(String tenant, String user, String after, int most) {
    return whole.channelsOf(tenant, user, after, most);
  }

  @Override
  public HistoryReader.View seenFrom(Channel channel, long from) {
    if (!channel.equals(seen)) {
      throw new IllegalArgumentException("the view has been narrowed for " + seen.full());
    }
    return whole.seenFrom(channel, Math.max(from, visibleFrom));
  }

  @Override
  public void close() {
    whole.close();
  }
}
