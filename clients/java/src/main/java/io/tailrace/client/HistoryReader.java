package io.tailrace.client;

import io.tailrace.client.link.HttpCalls;
import io.tailrace.client.wire.HistoryAnswers;
import io.tailrace.client.wire.HistoryAnswers.MyChannelsPage;
import io.tailrace.client.wire.HistoryAnswers.ReceiptsPage;
import io.tailrace.client.wire.HistoryAnswers.SnapshotPage;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads history over HTTP. Every method blocks, throws {@link RefusedException} when the server
 * refuses and {@link UnreachableException} when it does not answer; nothing is retried here. Safe
 * for any thread.
 */
public final class HistoryReader {
  private static final int SNAPSHOT_TRIES = 3;

  /** What the server allows. */
  private static final int CHANNELS_PER_PAGE = 500;

  private final HttpCalls calls;

  HistoryReader(HttpCalls calls) {
    this.calls = calls;
  }

  static String address(String channel) {
    // A colon is allowed in a path; anything that is no channel name is left to the server to
    // refuse.
    return "/v1/channels/"
        + URLEncoder.encode(channel, StandardCharsets.UTF_8)
            .replace("+", "%20")
            .replace("%3A", ":");
  }

  /** A channel's place now. */
  public ChannelInfo channel(String channel) {
    return HistoryAnswers.channel(calls.get(address(channel), 0));
  }

  /** From how many events behind on the channel's contract offers the snapshot. */
  long snapshotAfter(String channel) {
    return HistoryAnswers.snapshotAfter(calls.get(address(channel), 0));
  }

  /** How many signals a second the channel's contract passes on. */
  double signalsPerSecond(String channel) {
    return HistoryAnswers.signalsPerSecond(calls.get(address(channel), 0));
  }

  /** How far its readers have read a channel; all pages, each of its own moment. */
  public ChannelReceipts receipts(String channel) {
    return receipts(channel, Integer.MAX_VALUE);
  }

  /** The same, of so many readers and the rest of the page they end in. */
  ChannelReceipts receipts(String channel, int readers) {
    Map<String, Long> read = new HashMap<>();
    int epoch = 0;
    String query = "";
    while (true) {
      byte[] body = calls.get(address(channel) + "/receipts" + query, 0);
      ReceiptsPage page = HistoryAnswers.receipts(channel, body);
      ChannelReceipts receipts = page.receipts();
      if (receipts.epoch() != epoch) {
        // Seqs of another numbering are void.
        epoch = receipts.epoch();
        read.clear();
      }
      read.putAll(receipts.read());
      String next = page.next();
      if (next == null || read.size() >= readers) {
        return new ChannelReceipts(channel, epoch, receipts.head(), read);
      }
      query = "?cursor=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
    }
  }

  /**
   * All channels of this user that have events, with what is unread in them: those that they are a
   * member of or have read in. In the order of their names; in pages, each of its own moment.
   */
  public List<MyChannel> myChannels() {
    List<MyChannel> all = new ArrayList<>();
    String query = "?limit=" + CHANNELS_PER_PAGE;
    String next = "";
    while (next != null) {
      String after =
          next.isEmpty() ? "" : "&after=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
      MyChannelsPage page =
          HistoryAnswers.myChannels(calls.get("/v1/me/channels" + query + after, 0));
      all.addAll(page.channels());
      next = page.next();
    }
    return all;
  }

  /** A run of events. */
  public EventPage events(String channel, EventQuery query) {
    byte[] body = calls.get(address(channel) + "/events" + query.toQuery(), query.waitMs());
    return HistoryAnswers.events(channel, body);
  }

  /** Page n: events 256·n + 1 to 256·(n + 1). Complete pages never change. */
  public EventPage page(String channel, int epoch, long n) {
    return HistoryAnswers.events(
        channel, calls.get(address(channel) + "/pages/" + epoch + "/" + n, 0));
  }

  /**
   * The latest event of every entity, all pages of it.
   *
   * @throws RefusedException also when the epoch changed between two pages several times over
   */
  public Snapshot snapshot(String channel) {
    for (int tried = 1; ; tried++) {
      try {
        return snapshotOnce(channel);
      } catch (RefusedException e) {
        if (!e.code().equals("epoch_changed") || tried == SNAPSHOT_TRIES) {
          throw e;
        }
      }
    }
  }

  private Snapshot snapshotOnce(String channel) {
    SnapshotPage first = snapshotPage(channel, null);
    List<ChannelEvent> entities = new ArrayList<>(first.entities());
    String next = first.next();
    while (next != null) {
      SnapshotPage page = snapshotPage(channel, next);
      if (page.epoch() != first.epoch()) {
        throw new RefusedException(
            RefusedException.Problem.of(
                410, "epoch_changed", "the epoch changed between two pages"));
      }
      entities.addAll(page.entities());
      next = page.next();
    }
    return new Snapshot(channel, first.epoch(), first.seq(), first.chain(), entities);
  }

  private SnapshotPage snapshotPage(String channel, @Nullable String cursor) {
    String query =
        cursor == null ? "" : "?cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8);
    return HistoryAnswers.snapshot(channel, calls.get(address(channel) + "/snapshot" + query, 0));
  }
}
