package io.tailrace.gateway.ephemeral;

import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.session.Peer;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.presence.Device;
import io.tailrace.schemas.presence.Digest;
import io.tailrace.schemas.presence.Member;
import io.tailrace.schemas.presence.Patience;
import io.tailrace.schemas.presence.PresenceBook;
import io.tailrace.schemas.presence.ReadBack;
import io.tailrace.schemas.presence.RoomState;
import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.Topics;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who is here. What the clients of this gateway say is put together, channel by channel, and
 * written as digests; the digests of all gateways are put together by {@link PresenceBook}, and
 * what changes is gathered for a moment and shown.
 *
 * <pre>
 *   said, closed ──► held for a moment ──► digest ──┬─► topic, until it is read back
 *                                                   ▼
 *   digests of other gateways ──────────────────► book ──► gathered for a moment ──► shown
 * </pre>
 *
 * Owned by the hub's thread.
 */
public final class PresenceDesk implements HubDesk {
  private static final long LOOK_MS = 100;
  private static final long GATHER_MS_LEAST = 500;
  private static final long GATHER_MS_MOST = 2000;
  private static final long GATHER_MS_PER_USER = 5;

  private final String gateway;
  private final Rules rules;
  private final LongSupplier steadyMs;
  private final PresenceBook book;
  private final Patience patience = new Patience();
  private final ReadBack readBack = new ReadBack();
  private final Map<String, Room> rooms = new HashMap<>();

  /** When rooms of which something has changed are shown. */
  private final Map<String, Long> gathering = new LinkedHashMap<>();

  private long lookedMs = Long.MIN_VALUE;
  private long seq;
  private int own;

  /**
   * What bounds it.
   *
   * @param ownMax connections of this gateway that may be present, each in each channel
   * @param knownMax the same, of all gateways
   * @param writesMax records written in one tick
   */
  public record Rules(int ownMax, int knownMax, int writesMax) {
    /** What a gateway has. */
    public static final Rules USUAL = new Rules(200_000, 1_000_000, 2000);
  }

  /** A channel that somebody is live in over this gateway, or was a little while ago. */
  private static final class Room {
    private final Contract.Presence rules;
    private final OwnRoom own;
    private final Set<Peer> watchers = new HashSet<>();
    private int live;
    private @Nullable RoomState shown;

    /** The whole of {@code shown}, made when it is first asked for. */
    private byte @Nullable [] whole;

    Room(Contract.Presence rules) {
      this.rules = rules;
      this.own = new OwnRoom(rules);
    }

    void shows(@Nullable RoomState state) {
      shown = state;
      whole = null;
    }
  }

  /**
   * A desk that knows of nobody.
   *
   * @param gateway a name that no other gateway has or had
   * @param steadyMs a clock that only goes forward, at the pace of time
   */
  public PresenceDesk(String gateway, Rules rules, LongSupplier steadyMs) {
    this.gateway = gateway;
    this.rules = rules;
    this.steadyMs = steadyMs;
    this.book = new PresenceBook(rules.knownMax());
  }

  @Override
  public String topic() {
    return Topics.PRESENCE;
  }

  @Override
  public boolean isOfEachRegion() {
    return true;
  }

  @Override
  public long startBackMs() {
    return Digest.TTL_MS_MAX;
  }

  @Override
  public void said(HubInput input, long nowMs, HubOut out) {
    long steady = begin(nowMs);
    switch (input) {
      case HubInput.Entered entered -> entered(entered, out);
      case HubInput.Left(String channel, Peer peer) -> {
        Room room = rooms.get(channel);
        if (room != null) {
          room.live--;
          room.watchers.remove(peer);
          room.own.closed(peer.session(), steady);
        }
      }
      case HubInput.Missed(String channel, Peer peer) -> {
        Room room = rooms.get(channel);
        if (room != null && room.watchers.contains(peer)) {
          showWhole(channel, room, peer, out);
        }
      }
      case HubInput.Said said when said.frame() instanceof ClientFrame.Presence presence ->
          take(said, presence, nowMs, out);
      case HubInput.Said _, HubInput.HasRead _ -> {
        // Of other kinds.
      }
    }
  }

  private void entered(HubInput.Entered entered, HubOut out) {
    Contract contract = entered.contract();
    if (!contract.lanes().contains(Lane.PRESENCE.word())) {
      return;
    }
    Room room = rooms.computeIfAbsent(entered.channel(), _ -> new Room(contract.presence()));
    room.live++;
    if (entered.lanes().contains(Lane.PRESENCE)) {
      room.watchers.add(entered.peer());
      showWhole(entered.channel(), room, entered.peer(), out);
    }
  }

  /** What all others have been shown; what has changed since is shown to this one too. */
  private void showWhole(String channel, Room room, Peer peer, HubOut out) {
    RoomState state = room.shown;
    if (state == null) {
      state = book.state(channel, room.rules, false);
      room.shows(state);
    }
    byte[] json = room.whole;
    if (json == null) {
      json = PresenceFrames.whole(channel, state, room.rules);
      room.whole = json;
    }
    out.show(EphemeralFrame.toOne(peer, channel, Lane.PRESENCE, null, json));
  }

  private void take(HubInput.Said said, ClientFrame.Presence presence, long nowMs, HubOut out) {
    Room room = rooms.get(said.channel());
    if (room == null) {
      return;
    }
    String session = said.peer().session();
    boolean isNew = !room.own.knows(session);
    if (isNew && own >= rules.ownMax()) {
      out.dropped(HubOut.Drop.FULL);
      return;
    }
    String user = said.identity().user();
    String device = said.identity().device();
    List<String> over =
        presence.mode().equals(Device.GONE)
            ? book.waitedFor(said.channel(), user, device)
            : List.of();
    OwnRoom.Word word = new OwnRoom.Word(user, device, presence.mode(), presence.data(), over);
    int before = room.own.size();
    room.own.said(
        session, word, isNew ? sinceMs(said.channel(), room, user, nowMs) : 0, begin(nowMs));
    own += room.own.size() - before;
  }

  /** Who comes back, or over another device, has been here since they first came. */
  private long sinceMs(String channel, Room room, String user, long nowMs) {
    RoomState known = room.shown == null ? book.state(channel, room.rules, false) : room.shown;
    Member member = known.members().get(user);
    return member == null ? nowMs : Math.min(nowMs, member.sinceMs());
  }

  @Override
  public void read(String key, byte @Nullable [] value, long writtenMs, long nowMs, HubOut out) {
    long steady = begin(nowMs);
    read(key, value, readBack.ageMs(writtenMs, nowMs, steady), out);
  }

  @Override
  public void readFar(String key, byte @Nullable [] value, long ageMs, long nowMs, HubOut out) {
    begin(nowMs);
    read(key, value, Math.min(ageMs, Digest.TTL_MS_MAX), out);
  }

  private void read(String key, byte @Nullable [] value, long ageMs, HubOut out) {
    Digest digest;
    try {
      digest = Digest.parse(value);
    } catch (BadRecordException _) {
      out.dropped(HubOut.Drop.UNREADABLE);
      return;
    }
    if (digest.gateway().equals(gateway)) {
      Room room = rooms.get(key);
      if (room != null) {
        room.own.confirmed(digest);
      }
      return;
    }
    if (!book.read(key, digest, ageMs, steadyMs.getAsLong())) {
      out.dropped(HubOut.Drop.FULL);
    }
  }

  @Override
  public void tick(long nowMs, HubOut out) {
    long steady = begin(nowMs);
    boolean mayJudge = patience.mayJudge(steady);
    if (lookedMs != Long.MIN_VALUE && steady - lookedMs < LOOK_MS) {
      return;
    }
    lookedMs = steady;
    writeDue(mayJudge, nowMs, out);
    book.tick(steady);
    for (String channel : book.takeChanged()) {
      Room room = rooms.get(channel);
      if (room != null && !room.watchers.isEmpty()) {
        gathering.putIfAbsent(channel, steady + gatherMs(room));
      }
    }
    Iterator<Map.Entry<String, Long>> all = gathering.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<String, Long> next = all.next();
      if (steady >= next.getValue()) {
        all.remove();
        showChange(next.getKey(), out);
      }
    }
  }

  private static long gatherMs(Room room) {
    int users = room.shown == null ? 0 : room.shown.count();
    long usual = Math.min(GATHER_MS_MOST, GATHER_MS_LEAST + GATHER_MS_PER_USER * users);
    return Math.max(usual, Crowd.gatherMs(room.watchers.size()));
  }

  private void writeDue(boolean mayJudge, long nowMs, HubOut out) {
    int written = 0;
    Iterator<Map.Entry<String, Room>> all = rooms.entrySet().iterator();
    while (all.hasNext() && written < rules.writesMax()) {
      Map.Entry<String, Room> entry = all.next();
      Room room = entry.getValue();
      if (mayJudge) {
        int before = room.own.size();
        room.own.tick(lookedMs);
        own += room.own.size() - before;
      }
      for (int part : room.own.due(gatherMs(room) / 2, lookedMs)) {
        write(entry.getKey(), room, part, nowMs, out);
        written++;
      }
      if (room.watchers.isEmpty()) {
        room.shows(null);
        gathering.remove(entry.getKey());
        if (room.live == 0 && room.own.isOver()) {
          all.remove();
        }
      }
    }
  }

  private void write(String channel, Room room, int part, long nowMs, HubOut out) {
    Digest digest = room.own.digest(part, gateway, ++seq, nowMs, lookedMs);
    // Whoever is here is known first hand, whatever becomes of the record.
    if (!book.read(channel, digest, 0, lookedMs)) {
      out.dropped(HubOut.Drop.FULL);
    }
    out.write(channel, digest.json());
  }

  private void showChange(String channel, HubOut out) {
    Room room = rooms.get(channel);
    RoomState before = room == null ? null : room.shown;
    if (room == null || before == null) {
      return;
    }
    RoomState now = book.state(channel, room.rules, before.sampled());
    room.shows(now);
    if (before.sampled() || now.sampled()) {
      if (PresenceFrames.isOther(before, now)) {
        byte[] json = PresenceFrames.whole(channel, now, room.rules);
        out.show(EphemeralFrame.wholeToAll(channel, Lane.PRESENCE, json));
      }
      return;
    }
    byte[] json = PresenceFrames.change(channel, before, now);
    if (json != null) {
      out.show(EphemeralFrame.toAll(channel, Lane.PRESENCE, null, json));
    }
  }

  /** Nobody is sent away by that: who does not come back in time is forgotten by all. */
  @Override
  public void leave(long nowMs, HubOut out) {
    lookedMs = begin(nowMs);
    for (Map.Entry<String, Room> entry : rooms.entrySet()) {
      OwnRoom room = entry.getValue().own;
      room.closeAll(lookedMs);
      for (int part : room.due(0, lookedMs)) {
        write(entry.getKey(), entry.getValue(), part, nowMs, out);
      }
    }
  }

  private long begin(long nowMs) {
    long steady = steadyMs.getAsLong();
    readBack.begin(nowMs, steady);
    return steady;
  }
}
