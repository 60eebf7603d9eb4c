package io.tailrace.schemas.presence;

import io.tailrace.schemas.contract.Contract;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One channel: the last digest of every gateway and part, and what they say together.
 *
 * <ul>
 *   <li>A digest holds until a later one of its gateway, or for its ttl. Earlier ones are ignored,
 *       also when the later one has run out.
 *   <li>A device whose connection has gone is waited for until it has not been heard for a ttl,
 *       whatever became of its gateway: who comes back within that, on any gateway, never left.
 *   <li>A user with a connection is told by those that are there; only who has none by the others.
 *   <li>Who says that they have left has left with that device everywhere: earlier connections of
 *       it that had gone are not waited for.
 * </ul>
 */
final class PresenceRoom {
  /** A room whose list was given up for numbers comes back to it when it is so much smaller. */
  private static final double BACK_TO_LIST = 0.9;

  private final Map<Origin, Held> held = new HashMap<>();

  private record Origin(String gateway, int part) {}

  /** The last digest of an origin; without one when it has run out, which is remembered. */
  private static final class Held {
    private long seq;
    private @Nullable Digest digest;
    private long readMs;
    private long nextMs;

    /** When a device was last heard, by the reader's clock. */
    long heardMs(Digest of, Device device) {
      return readMs - Math.max(0, of.atMs() - device.seenMs());
    }

    boolean isWaitedFor(Digest of, Device device, long nowMs) {
      return device.open() || nowMs - heardMs(of, device) < of.ttlMs();
    }

    /** When something of it runs out next, if nothing follows. */
    void look(long nowMs) {
      Digest of = digest;
      if (of == null) {
        return;
      }
      long next = readMs + of.ttlMs();
      for (Device device : of.devices()) {
        long until = heardMs(of, device) + of.ttlMs();
        if (!device.open() && until > nowMs) {
          next = Math.min(next, until);
        }
      }
      nextMs = next;
    }
  }

  /** Whether it changes, or could change, who is here. */
  boolean read(Digest digest, long readMs, long nowMs) {
    Held of = held.computeIfAbsent(new Origin(digest.gateway(), digest.part()), _ -> new Held());
    if (digest.seq() <= of.seq) {
      return false;
    }
    of.seq = digest.seq();
    of.digest = digest;
    of.readMs = readMs;
    of.look(nowMs);
    return true;
  }

  /** How many devices the last digest of an origin names. */
  int devices(Digest like) {
    Held of = held.get(new Origin(like.gateway(), like.part()));
    return of == null || of.digest == null ? 0 : of.digest.devices().size();
  }

  /**
   * Lets run out what has.
   *
   * @param forgetMs how long it is remembered what has run out
   * @return how many devices less are held; negative where nothing has run out
   */
  int expire(long nowMs, long forgetMs) {
    int fewer = -1;
    Iterator<Held> all = held.values().iterator();
    while (all.hasNext()) {
      Held of = all.next();
      Digest digest = of.digest;
      if (nowMs < of.nextMs) {
        continue;
      }
      if (digest == null) {
        all.remove();
        continue;
      }
      fewer = Math.max(0, fewer);
      of.look(nowMs);
      if (nowMs >= of.readMs + digest.ttlMs()) {
        fewer += digest.devices().size();
        of.digest = null;
        of.nextMs = nowMs + forgetMs;
      }
    }
    return fewer;
  }

  /** Whether nothing is known of it. */
  boolean isEmpty() {
    return held.isEmpty();
  }

  /**
   * Who is here.
   *
   * @param wasSampled whether the room was shown in numbers the last time
   * @param agedMs when it was last looked at what has run out
   */
  RoomState state(Contract.Presence rules, boolean wasSampled, long agedMs) {
    Set<String> over = over();
    Map<String, Told> listed = new HashMap<>();
    Map<String, Told> drawn = new HashMap<>();
    Crowd crowd = new Crowd();
    boolean crowded = false;
    for (Held of : held.values()) {
      Digest digest = of.digest;
      if (digest == null || agedMs - of.readMs >= digest.ttlMs()) {
        continue;
      }
      Crowd more = digest.crowd();
      if (more != null) {
        crowded = true;
        more.byMode().forEach(crowd::add);
      }
      for (Device device : digest.devices()) {
        if (!device.isGone()
            && of.isWaitedFor(digest, device, agedMs)
            && (device.open() || !over.contains(device.session()))) {
          (more == null ? listed : drawn)
              .computeIfAbsent(device.user(), _ -> new Told())
              .add(device);
        }
      }
    }
    int listMax = wasSampled ? (int) (rules.listMax() * BACK_TO_LIST) : rules.listMax();
    boolean sampled = crowded || listed.size() > listMax;
    listed.values().forEach(told -> crowd.add(told.member().mode(), 1));
    SortedMap<String, Member> members = new TreeMap<>();
    if (sampled) {
      drawn.forEach(listed::putIfAbsent);
      List<String> users = new ArrayList<>(listed.keySet());
      users.sort(Crowd::compareDrawn);
      listed.keySet().retainAll(users.subList(0, Math.min(users.size(), rules.sample())));
    }
    listed.forEach((user, told) -> members.put(user, told.member()));
    return new RoomState(crowd, sampled, members);
  }

  /** The connections that are waited for no more, since their device has left. */
  private Set<String> over() {
    Set<String> over = new HashSet<>();
    for (Held of : held.values()) {
      Digest digest = of.digest;
      if (digest != null) {
        digest.devices().forEach(device -> over.addAll(device.over()));
      }
    }
    return over;
  }

  /** Connections of a device that have gone and are waited for. */
  List<String> waitedFor(String user, @Nullable String device) {
    List<String> sessions = new ArrayList<>();
    for (Held of : held.values()) {
      Digest digest = of.digest;
      if (digest != null) {
        for (Device one : digest.devices()) {
          boolean waits = !one.open() && !one.isGone() && one.isPlace(user, device);
          if (waits && sessions.size() < Device.OVER_MAX) {
            sessions.add(one.session());
          }
        }
      }
    }
    return sessions;
  }

  /** What the devices of a user say together. */
  private static final class Told {
    private @Nullable Device best;
    private long sinceMs = Long.MAX_VALUE;
    private long seenMs;

    void add(Device device) {
      sinceMs = Math.min(sinceMs, device.sinceMs());
      seenMs = Math.max(seenMs, device.seenMs());
      Device now = best;
      if (now == null || device.isToldRatherThan(now)) {
        best = device;
      }
    }

    Member member() {
      Device of = best;
      if (of == null) {
        throw new IllegalStateException("nobody was added");
      }
      return new Member(of.user(), of.device(), of.mode(), sinceMs, seenMs, of.data());
    }
  }
}
