package io.tailrace.client.link;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.ChannelInfo;
import io.tailrace.client.EventPage;
import io.tailrace.client.EventQuery;
import io.tailrace.client.HistoryReader;
import io.tailrace.client.Place;
import io.tailrace.client.RefusedException;
import io.tailrace.client.UnreachableException;
import io.tailrace.client.connection.End;
import io.tailrace.client.wire.ClientMessages.Want;
import io.tailrace.client.wire.ServerMessage;
import io.tailrace.client.wire.UnreadableException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Long polling, where no stream gets through: history stands in for a gateway. Each channel has a
 * thread that waits for events above what was sent; a subscribe is answered as a gateway would,
 * from the channel's head, and what lies below is left to the reader's catch-up.
 */
public final class PollLink implements Link {
  /** So many requests wait at once; where there are more channels, they take turns. */
  private static final int REQUESTS = 64;

  private static final long WAIT_MS = 20_000;
  private static final long TURN_MS = 1_000;

  /** A place above the head may be one that a lagging store does not know yet. */
  private static final long ABOVE_HEAD_MS = 2_000;

  private final HistoryReader history;
  private final Executor network;
  private final Receiver receiver;
  private final Semaphore turns = new Semaphore(REQUESTS, true);
  private final AtomicBoolean ended = new AtomicBoolean();
  // The ref that a channel's thread serves; a thread whose ref has gone ends. One per channel.
  private final Map<String, Long> served = new ConcurrentHashMap<>();

  private PollLink(HistoryReader history, Executor network, Receiver receiver) {
    this.history = history;
    this.network = network;
    this.receiver = receiver;
  }

  /** Ready at once. */
  public static Link open(HistoryReader history, Executor network, Receiver receiver) {
    PollLink link = new PollLink(history, network, receiver);
    network.execute(receiver::opened);
    return link;
  }

  @Override
  public void subscribe(long ref, List<Want> wants) {
    for (Want want : List.copyOf(wants)) {
      served.put(want.channel(), ref);
      network.execute(() -> serve(ref, want));
    }
  }

  @Override
  public void unsubscribe(long ref, String channel) {
    served.remove(channel);
  }

  @Override
  public void renew(long ref) {
    // Every request asks for the token anew.
  }

  @Override
  public void ping(long ref) {
    // Every answer shows that both are there.
  }

  @Override
  public void close() {
    end(End.broken("closed here"));
  }

  private boolean serves(String channel, long ref) {
    Long now = served.get(channel);
    return !ended.get() && now != null && now == ref;
  }

  private void serve(long ref, Want want) {
    String channel = want.channel();
    try {
      ChannelInfo info = taking(() -> history.channel(channel));
      Place from = begin(ref, want, info);
      while (from != null && serves(channel, ref)) {
        from = next(ref, channel, from);
      }
    } catch (RefusedException e) {
      refused(ref, channel, e);
    } catch (UnreachableException e) {
      end(Failures.end(e.getCause(), String.valueOf(e.getMessage())));
    } catch (UnreadableException e) {
      end(End.broken(String.valueOf(e)));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  /** Answers the subscribe; where live begins, or null where there is nothing to follow. */
  private @Nullable Place begin(long ref, Want want, ChannelInfo info) throws InterruptedException {
    String channel = want.channel();
    Place place = want.place();
    if (place == null) {
      receiver.received(
          new ServerMessage.Subscribed(ref, channel, info.epoch(), info.head(), info.head(), null));
      return new Place(info.epoch(), info.head(), null);
    }
    if (place.epoch() > info.epoch()) {
      refused(ref, channel, "not_ready", "the store stands at an older epoch");
      return null;
    }
    if (place.epoch() != 0 && place.epoch() < info.epoch()) {
      receiver.received(new ServerMessage.Reset(channel, info.epoch(), 0));
      return null;
    }
    long head = Math.max(info.head(), place.seq() <= info.head() ? 0 : waitAbove(channel, place));
    if (place.seq() > head) {
      receiver.received(new ServerMessage.Reset(channel, info.epoch(), head));
      return null;
    }
    Long to = head > place.seq() ? (Long) head : null;
    receiver.received(
        new ServerMessage.Subscribed(ref, channel, info.epoch(), head, place.seq(), to));
    return new Place(info.epoch(), head, null);
  }

  private long waitAbove(String channel, Place place) throws InterruptedException {
    EventQuery query = new EventQuery(place.seq(), 1, null, 0, ABOVE_HEAD_MS);
    return taking(() -> history.events(channel, query)).head();
  }

  private @Nullable Place next(long ref, String channel, Place after) throws InterruptedException {
    long waitMs = served.size() > REQUESTS ? TURN_MS : WAIT_MS;
    EventQuery query = new EventQuery(after.seq(), EventQuery.LIMIT_MAX, after.epoch(), 0, waitMs);
    EventPage page;
    try {
      page = taking(() -> history.events(channel, query));
    } catch (RefusedException e) {
      switch (e.code()) {
        case "epoch_changed" -> {
          Integer epoch = e.epoch();
          if (serves(channel, ref)) {
            receiver.received(
                new ServerMessage.Reset(channel, epoch == null ? after.epoch() + 1 : epoch, 0));
          }
        }
        case "forbidden" -> {
          if (serves(channel, ref)) {
            receiver.received(new ServerMessage.Revoked(channel, after.seq()));
          }
        }
        default -> {
          Long waitFor = e.retryAfterMs();
          end(End.told(e.status(), e.code(), waitFor == null ? 0 : waitFor));
        }
      }
      return null;
    }
    for (ChannelEvent event : page.events()) {
      if (!serves(channel, ref)) {
        return null;
      }
      receiver.received(new ServerMessage.Event(event));
    }
    return page.events().isEmpty()
        ? after
        : new Place(after.epoch(), page.events().getLast().seq(), null);
  }

  private interface Request<T> {
    T make();
  }

  private <T> T taking(Request<T> request) throws InterruptedException {
    turns.acquire();
    try {
      T answer = request.make();
      receiver.heard();
      return answer;
    } finally {
      turns.release();
    }
  }

  private void refused(long ref, String channel, RefusedException e) {
    receiver.received(
        new ServerMessage.Refused(ref, channel, e.code(), e.problem().detail(), e.retryAfterMs()));
  }

  private void refused(long ref, String channel, String code, String detail) {
    receiver.received(new ServerMessage.Refused(ref, channel, code, detail, null));
  }

  private void end(End why) {
    if (ended.compareAndSet(false, true)) {
      receiver.closed(why);
    }
  }
}
