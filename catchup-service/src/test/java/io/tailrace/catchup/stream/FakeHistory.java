package io.tailrace.catchup.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.schemas.name.Channel;
import io.tailrace.sequencer.store.Head;
import io.tailrace.sequencer.store.HistoryReader;
import io.tailrace.sequencer.store.Membership;
import io.tailrace.sequencer.store.StoredEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One channel's history, as a test sets it. Counts the views that are open. */
final class FakeHistory implements HistoryReader {
  int epoch = 1;
  long head;
  long first = 1;
  Membership membership = Membership.OPEN;
  int opened;
  int open;

  @Override
  public int partitions() {
    return 1;
  }

  @Override
  public int partitionOf(Channel channel) {
    return 0;
  }

  @Override
  public View open(int partition) {
    opened++;
    open++;
    return new Moment(first);
  }

  @Override
  public @Nullable ReceiptView openReceipts(int partition) {
    throw new UnsupportedOperationException("streams have no receipts");
  }

  @Override
  public boolean holds(int partition) {
    return true;
  }

  @Override
  public boolean ready() {
    return true;
  }

  private final class Moment implements View {
    private final long from;

    Moment(long from) {
      this.from = from;
    }

    @Override
    public long position() {
      return head;
    }

    @Override
    public int epoch() {
      return epoch;
    }

    @Override
    public Head head(Channel channel) {
      return new Head(epoch, head, head, from, head);
    }

    @Override
    public @Nullable Long chainAt(Channel channel, long seq) {
      return seq;
    }

    @Override
    public Run events(Channel channel, long after, int limit, int bytesMax) {
      List<StoredEvent> events = new ArrayList<>();
      for (long seq = after + 1; seq <= head && events.size() < limit; seq++) {
        byte[] json = ("{\"seq\":" + seq + "}").getBytes(UTF_8);
        events.add(new StoredEvent(epoch, seq, seq, 0, false, json));
      }
      return new Run(events, after + events.size() < head);
    }

    @Override
    public EntityRun entities(
        Channel channel, @Nullable Cursor from, long upTo, int limit, int bytesMax) {
      throw new UnsupportedOperationException("streams have no entities");
    }

    @Override
    public Membership membership(Channel channel, String user) {
      return membership;
    }

    @Override
    public List<String> channelsOf(String tenant, String user, String after, int most) {
      throw new UnsupportedOperationException("streams ask for one channel");
    }

    @Override
    public View seenFrom(Channel channel, long visibleFrom) {
      return new Moment(Math.max(from, visibleFrom));
    }

    @Override
    public void close() {
      open--;
    }
  }
}
