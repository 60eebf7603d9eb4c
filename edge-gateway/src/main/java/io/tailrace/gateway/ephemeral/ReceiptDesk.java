package io.tailrace.gateway.ephemeral;

import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.session.Peer;
import io.tailrace.schemas.frame.JsonText;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.ReceiptRecord;
import io.tailrace.schemas.topic.ReceiptRecord.Place;
import io.tailrace.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How far users have read. A place only goes on: of all that is said and read of one user in one
 * channel the furthest counts.
 *
 * <pre>
 *   said ──► held for a moment, the furthest of all devices ──► written ──► read back: kept
 *                                       ▲                          │
 *                                       └── not read back in time ─┘
 *   read, from any gateway, further than before ──► gathered for a moment ──► shown to the channel
 * </pre>
 *
 * <p>What is shown is what the topic holds, so a client that sees its own place come back knows
 * that it is kept. One that says less than is kept is shown, alone, what is.
 */
public final class ReceiptDesk implements HubDesk {
  /** Users of one frame at most. */
  static final int USERS_OF_FRAME_MAX = 500;

  private final Rules rules;

  /** What was said here and has not been read back, by key. */
  private final Map<String, Own> own = new LinkedHashMap<>();

  /** The furthest of what was read of users in channels that are live here, by key. */
  private final Map<String, Place> kept;

  private final Map<String, Room> rooms = new HashMap<>();

  /** Rooms with something to show, in the order in which that began. */
  private final Map<String, Room> gathering = new LinkedHashMap<>();

  private volatile int waiting;
  private final AtomicLong dropped = new AtomicLong();

  /**
   * How long things are held, and how many.
   *
   * @param holdMs how long a place is held before it is written
   * @param gatherMs how long places of a channel are gathered before they are shown; a {@link
   *     Crowd} waits longer
   * @param againMs how long a written place may take to come back before it is written again; twice
   *     that the next time, and so on up to {@code againMsMax}
   * @param ownMax places that wait to be written or to come back; more are dropped and counted, and
   *     said again by their clients
   * @param keptMax places that are remembered; of those forgotten one of less may be written, which
   *     whoever feeds the store mends
   * @param writesMax records written in one tick
   */
  public record Rules(
      long holdMs,
      long gatherMs,
      long againMs,
      long againMsMax,
      int ownMax,
      int keptMax,
      int writesMax) {
    /** What a gateway has. */
    public static final Rules USUAL = new Rules(250, 500, 5000, 30_000, 100_000, 200_000, 2000);
  }

  /** A place that was said here. */
  private static final class Own {
    Place wanted;
    @Nullable Place written;
    long dueMs;
    long againMs;

    Own(Place wanted, long dueMs, long againMs) {
      this.wanted = wanted;
      this.dueMs = dueMs;
      this.againMs = againMs;
    }
  }

  /** A channel that is live here. */
  private static final class Room {
    private int subscribers;
    private int epoch;
    private long showMs;
    private Map<String, Long> places = new LinkedHashMap<>();
  }

  private static final class Recent extends LinkedHashMap<String, Place> {
    private static final long serialVersionUID = 1L;
    private final int most;

    Recent(int most) {
      super(256, 0.75f, true);
      this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Place> eldest) {
      return size() > most;
    }
  }

  /** Without anything. */
  public ReceiptDesk(Rules rules) {
    this.rules = rules;
    this.kept = new Recent(rules.keptMax());
  }

  @Override
  public String topic() {
    return Topics.RECEIPTS;
  }

  @Override
  public String placedBy(String key) {
    return ReceiptRecord.placedBy(key);
  }

  @Override
  public boolean isDurable() {
    return true;
  }

  /** Places that wait to be written or to come back. Any thread. */
  public int waiting() {
    return waiting;
  }

  /** Places that were dropped because too many wait. Any thread. */
  public long dropped() {
    return dropped.get();
  }

  @Override
  public void said(HubInput input, long nowMs, HubOut out) {
    switch (input) {
      case HubInput.Entered entered ->
          rooms.computeIfAbsent(entered.channel(), _ -> new Room()).subscribers++;
      case HubInput.Left left -> left(left.channel());
      case HubInput.HasRead read -> read(read, nowMs, out);
      case HubInput.Said _, HubInput.Missed _ -> {
        // Of other kinds.
      }
    }
  }

  private void left(String channel) {
    Room room = rooms.get(channel);
    if (room != null && --room.subscribers == 0) {
      rooms.remove(channel);
      gathering.remove(channel);
    }
  }

  private void read(HubInput.HasRead read, long nowMs, HubOut out) {
    Channel channel = Channel.parseFull(read.channel());
    if (channel == null) {
      return;
    }
    String user = read.identity().user();
    String key = new ReceiptRecord.Key(channel, user).text();
    Place place = new Place(read.epoch(), read.seq());
    Place before = kept.get(key);
    if (before != null && before.compareTo(place) >= 0) {
      show(read.peer(), read.channel(), user, before, out);
      return;
    }
    Own mine = own.get(key);
    if (mine == null) {
      if (own.size() == rules.ownMax()) {
        dropped.incrementAndGet();
        out.dropped(HubOut.Drop.FULL);
        return;
      }
      own.put(key, new Own(place, nowMs + rules.holdMs(), rules.againMs()));
      waiting = own.size();
    } else if (place.compareTo(mine.wanted) > 0) {
      mine.wanted = place;
      mine.dueMs = Math.min(mine.dueMs, nowMs + rules.holdMs());
    }
  }

  @Override
  public void read(String key, byte @Nullable [] value, long writtenMs, long nowMs, HubOut out) {
    ReceiptRecord.Key whose;
    Place place;
    try {
      whose = ReceiptRecord.readKey(key);
      place = ReceiptRecord.readPlace(value);
    } catch (BadRecordException e) {
      out.dropped(HubOut.Drop.UNREADABLE);
      return;
    }
    if (place == null) {
      kept.remove(key);
      return;
    }
    Own mine = own.get(key);
    if (mine != null && place.compareTo(mine.wanted) >= 0) {
      own.remove(key);
      waiting = own.size();
    }
    String channel = whose.channel().full();
    Room room = rooms.get(channel);
    if (room == null) {
      return;
    }
    Place before = kept.get(key);
    if (before != null && before.compareTo(place) >= 0) {
      return;
    }
    kept.put(key, place);
    if (place.epoch() < room.epoch) {
      return;
    }
    if (place.epoch() > room.epoch) {
      // Seqs of another numbering are void.
      room.epoch = place.epoch();
      room.places.clear();
    }
    room.places.merge(whose.user(), place.seq(), Math::max);
    if (gathering.putIfAbsent(channel, room) == null) {
      room.showMs = nowMs + Math.max(rules.gatherMs(), Crowd.gatherMs(room.subscribers));
    }
  }

  @Override
  public void tick(long nowMs, HubOut out) {
    write(nowMs, out);
    Iterator<Map.Entry<String, Room>> all = gathering.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<String, Room> one = all.next();
      if (one.getValue().showMs > nowMs) {
        // Those behind it began later.
        return;
      }
      show(one.getKey(), one.getValue(), out);
      all.remove();
    }
  }

  private void write(long nowMs, HubOut out) {
    int written = 0;
    for (Map.Entry<String, Own> entry : own.entrySet()) {
      Own mine = entry.getValue();
      if (mine.dueMs > nowMs) {
        continue;
      }
      if (++written > rules.writesMax()) {
        return;
      }
      out.write(entry.getKey(), mine.wanted.json());
      mine.againMs =
          mine.wanted.equals(mine.written)
              ? Math.min(2 * mine.againMs, rules.againMsMax())
              : rules.againMs();
      mine.written = mine.wanted;
      mine.dueMs = nowMs + mine.againMs;
    }
  }

  private static void show(String channel, Room room, HubOut out) {
    List<Map.Entry<String, Long>> places = new ArrayList<>(room.places.entrySet());
    room.places = new LinkedHashMap<>();
    for (int from = 0; from < places.size(); from += USERS_OF_FRAME_MAX) {
      int to = Math.min(places.size(), from + USERS_OF_FRAME_MAX);
      byte[] json = json(channel, room.epoch, places.subList(from, to));
      out.show(EphemeralFrame.toAll(channel, Lane.RECEIPT, null, json));
    }
  }

  /** To one who has said less than is kept, so that it need not say it again. */
  private static void show(Peer peer, String channel, String user, Place place, HubOut out) {
    byte[] json = json(channel, place.epoch(), List.of(Map.entry(user, place.seq())));
    out.show(EphemeralFrame.toOne(peer, channel, Lane.RECEIPT, null, json));
  }

  private static byte[] json(String channel, int epoch, List<Map.Entry<String, Long>> places) {
    JsonText out = new JsonText(96 + 32 * places.size());
    out.ascii("{\"t\":\"receipt\",\"channel\":")
        .string(channel.substring(channel.indexOf('/') + 1));
    out.ascii(",\"epoch\":").number(epoch).ascii(",\"read\":{");
    String separator = "";
    for (Map.Entry<String, Long> place : places) {
      out.ascii(separator).string(place.getKey()).put(':').number(place.getValue());
      separator = ",";
    }
    return out.ascii("}}").toByteArray();
  }
}
