package io.tailrace.schemas.presence;

import io.tailrace.schemas.contract.Contract;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything known of who is where: the digests of all gateways in all channels. Pure; owned by one
 * thread. Its times are of a clock that only goes forward.
 */
public final class PresenceBook {
  /** What has run out is remembered longer than anybody reads back. */
  private static final long FORGET_MS = 2 * Digest.TTL_MS_MAX;

  private static final long LOOK_MS = 200;

  private final Map<String, PresenceRoom> rooms = new HashMap<>();
  private final int devicesMax;
  private Set<String> changed = new HashSet<>();
  private int devices;
  private final Patience patience = new Patience();
  private long agedMs = Long.MIN_VALUE;

  /**
   * An empty one.
   *
   * @param devicesMax devices that are remembered
   */
  public PresenceBook(int devicesMax) {
    this.devicesMax = devicesMax;
  }

  /**
   * Takes a digest.
   *
   * @param ageMs how old it is known to be
   * @return false where it has no room
   */
  public boolean read(String channel, Digest digest, long ageMs, long nowMs) {
    if (agedMs == Long.MIN_VALUE) {
      agedMs = nowMs;
    }
    PresenceRoom room = rooms.computeIfAbsent(channel, _ -> new PresenceRoom());
    int before = room.devices(digest);
    int more = digest.devices().size() - before;
    if (more > 0 && devices + more > devicesMax) {
      return false;
    }
    if (room.read(digest, nowMs - ageMs, nowMs)) {
      devices += more;
      changed.add(channel);
    }
    return true;
  }

  /**
   * Time has passed; to be called often. A process that stood still has not read what others wrote
   * meanwhile: it reads that first, and then looks whose time has run out.
   */
  public void tick(long nowMs) {
    if (!patience.mayJudge(nowMs) || agedMs != Long.MIN_VALUE && nowMs - agedMs < LOOK_MS) {
      return;
    }
    agedMs = nowMs;
    Iterator<Map.Entry<String, PresenceRoom>> all = rooms.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<String, PresenceRoom> room = all.next();
      int fewer = room.getValue().expire(nowMs, FORGET_MS);
      if (fewer >= 0) {
        devices -= fewer;
        changed.add(room.getKey());
      }
      if (room.getValue().isEmpty()) {
        all.remove();
      }
    }
  }

  /** The channels in which something may have changed since this was last asked. */
  public Set<String> takeChanged() {
    if (changed.isEmpty()) {
      return Set.of();
    }
    Set<String> taken = changed;
    changed = new HashSet<>();
    return taken;
  }

  /**
   * Who is in a channel, as of the last tick and of what was read since.
   *
   * @param wasSampled whether it was shown in numbers the last time: it stays so for a while
   */
  public RoomState state(String channel, Contract.Presence rules, boolean wasSampled) {
    PresenceRoom room = rooms.get(channel);
    return (room == null ? new PresenceRoom() : room).state(rules, wasSampled, agedMs);
  }

  /** Connections of a user's device that have gone and are waited for; a few. */
  public List<String> waitedFor(String channel, String user, @Nullable String device) {
    PresenceRoom room = rooms.get(channel);
    return room == null ? List.of() : room.waitedFor(user, device);
  }

  /** How many devices are remembered. */
  public int devices() {
    return devices;
  }
}
