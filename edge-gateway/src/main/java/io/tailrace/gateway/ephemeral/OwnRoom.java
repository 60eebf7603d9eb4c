package io.tailrace.gateway.ephemeral;

import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.presence.Crowd;
import io.tailrace.schemas.presence.Device;
import io.tailrace.schemas.presence.Digest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is in one channel over this gateway, and what of it has to be written when. Owned by the
 * hub's thread; its times are of a clock that only goes forward.
 *
 * <pre>
 *   said ──► here ──silent for a ttl──► away ──for another──► forgotten
 *             │  └──connection gone──► waited for ──silent for a ttl──► forgotten
 *             └──said gone──► gone, told for a ttl ──► forgotten
 * </pre>
 */
final class OwnRoom {
  /** Users of a digest, so that it fits a record. */
  private static final int USERS_OF_DIGEST = 500;

  private static final double BACK_TO_LIST = 0.9;

  /** A digest that is not read back is written again, each time after twice as long. */
  private static final long AGAIN_MS = 2000;

  private final Contract.Presence rules;
  private final Map<String, Here> sessions = new HashMap<>();
  private final Part[] parts;
  private boolean crowded;

  /** One connection. */
  private static final class Here {
    private final String user;
    private final @Nullable String device;
    private final String session;
    private final long sinceMs;
    private String mode = "";
    private @Nullable String data;
    private long saidMs;
    private long heardMs;
    private boolean open = true;
    private boolean silent;
    private List<String> over = List.of();

    Here(String user, @Nullable String device, String session, long sinceMs) {
      this.user = user;
      this.device = device;
      this.session = session;
      this.sinceMs = sinceMs;
    }

    boolean isGone() {
      return mode.equals(Device.GONE);
    }

    boolean isSamePlace(Here other) {
      return user.equals(other.user) && Objects.equals(device, other.device);
    }
  }

  private static final class Part {
    private long seq;
    private boolean confirmed = true;
    private boolean empty = true;
    private boolean changed;
    private long changedMs;
    private long writtenMs;
    private long againMs;
  }

  /**
   * What somebody says.
   *
   * @param over who leaves: connections of the same device elsewhere that are waited for
   */
  record Word(
      String user,
      @Nullable String device,
      String mode,
      @Nullable String data,
      List<String> over) {}

  /** Nobody is here. */
  OwnRoom(Contract.Presence rules) {
    this.rules = rules;
    int most = Math.max(1, (rules.listMax() + USERS_OF_DIGEST - 1) / USERS_OF_DIGEST);
    parts = new Part[most];
    for (int i = 0; i < most; i++) {
      parts[i] = new Part();
    }
  }

  /** How often a digest is written where nothing changes. */
  private long againAnywayMs() {
    return Math.min(rules.heartbeatMs(), rules.ttlMs() / 3);
  }

  /** How many connections are remembered. */
  int size() {
    return sessions.size();
  }

  /** Whether a connection has said something and not left. */
  boolean knows(String session) {
    return sessions.containsKey(session);
  }

  /**
   * A connection says what its user is doing, or says it again.
   *
   * @param sinceMs since when the user has been here, in milliseconds since 1970
   */
  void said(String session, Word word, long sinceMs, long nowMs) {
    Here here = sessions.get(session);
    if (here == null) {
      here = new Here(word.user(), word.device(), session, inherit(word, sinceMs));
      sessions.put(session, here);
    }
    boolean news =
        here.silent || !here.mode.equals(word.mode()) || !Objects.equals(here.data, word.data());
    here.heardMs = nowMs;
    here.silent = false;
    here.over = word.over();
    if (news) {
      here.mode = word.mode();
      here.data = word.data();
      here.saidMs = nowMs;
      change(here, nowMs);
    }
    if (here.isGone()) {
      leave(here, nowMs);
    }
  }

  /** Takes the place of the same device's connections that have gone. */
  private long inherit(Word word, long sinceMs) {
    long since = sinceMs;
    Iterator<Here> all = sessions.values().iterator();
    while (all.hasNext()) {
      Here other = all.next();
      boolean same = other.user.equals(word.user()) && Objects.equals(other.device, word.device());
      if (same && !other.open) {
        since = other.isGone() ? since : Math.min(since, other.sinceMs);
        all.remove();
      }
    }
    return since;
  }

  /** Its connections that have gone have left with it. */
  private void leave(Here gone, long nowMs) {
    gone.open = false;
    gone.data = null;
    sessions.values().removeIf(other -> other != gone && !other.open && other.isSamePlace(gone));
    change(gone, nowMs);
  }

  /** A connection has gone; it is waited for. */
  void closed(String session, long nowMs) {
    Here here = sessions.get(session);
    if (here != null && here.open) {
      here.open = false;
      change(here, nowMs);
    }
  }

  /** All connections go: this gateway ends. */
  void closeAll(long nowMs) {
    for (Here here : sessions.values()) {
      closed(here.session, nowMs);
    }
  }

  /** Looks who has been silent for too long. */
  void tick(long nowMs) {
    Iterator<Here> all = sessions.values().iterator();
    while (all.hasNext()) {
      Here here = all.next();
      long silentMs = nowMs - here.heardMs;
      boolean attends = here.open && silentMs < 2 * rules.ttlMs();
      if (!attends && silentMs >= rules.ttlMs()) {
        all.remove();
        change(here, nowMs);
      } else if (!here.silent && silentMs >= rules.ttlMs()) {
        here.silent = true;
        here.saidMs = nowMs;
        change(here, nowMs);
      }
    }
  }

  private void change(Here here, long nowMs) {
    Part part = parts[partOf(here.user)];
    if (!part.changed) {
      part.changed = true;
      part.changedMs = nowMs;
    }
  }

  private int partOf(String user) {
    return Math.floorMod(user.hashCode(), parts.length);
  }

  /** A digest of this gateway was read back. */
  void confirmed(Digest digest) {
    if (digest.part() < parts.length && parts[digest.part()].seq == digest.seq()) {
      parts[digest.part()].confirmed = true;
    }
  }

  /** Whether nobody is here, and everybody knows. */
  boolean isOver() {
    for (Part part : parts) {
      if (part.changed || !part.confirmed || !part.empty) {
        return false;
      }
    }
    return sessions.isEmpty();
  }

  /** The parts that are due, after so long a change has been held; all that changed for 0. */
  List<Integer> due(long holdMs, long nowMs) {
    List<Integer> due = new ArrayList<>();
    boolean change = false;
    for (int i = 0; i < parts.length; i++) {
      Part part = parts[i];
      if (part.changed && nowMs - part.changedMs >= holdMs) {
        due.add(i);
        change = true;
      } else if (!part.confirmed && nowMs - part.writtenMs >= part.againMs
          || !part.empty && nowMs - part.writtenMs >= againAnywayMs()) {
        due.add(i);
      }
    }
    return change && countsAnew() ? allParts() : due;
  }

  /** Whether the room becomes too large for lists, or small enough again; or stays in numbers. */
  private boolean countsAnew() {
    boolean was = crowded;
    Set<String> users = new HashSet<>();
    for (Here here : sessions.values()) {
      if (!here.isGone()) {
        users.add(here.user);
      }
    }
    int most = was ? (int) (rules.listMax() * BACK_TO_LIST) : rules.listMax();
    crowded = users.size() > most;
    return was || crowded;
  }

  private List<Integer> allParts() {
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < parts.length; i++) {
      // Numbers stand in the first one, and the others were written empty when it became so.
      if (!crowded || i == 0 || !parts[i].empty) {
        all.add(i);
      } else {
        parts[i].changed = false;
      }
    }
    return all;
  }

  /**
   * The digest of a part, which is to be written now.
   *
   * @param wallMs now, in milliseconds since 1970
   */
  Digest digest(int at, String gateway, long seq, long wallMs, long nowMs) {
    Part part = parts[at];
    List<Device> devices = new ArrayList<>();
    for (Here here : sessions.values()) {
      if ((crowded && at == 0 || partOf(here.user) == at) && !(crowded && at > 0)) {
        devices.add(device(here, wallMs - nowMs));
      }
    }
    Crowd crowd = crowded && at == 0 ? crowd(devices) : null;
    part.againMs = part.changed ? AGAIN_MS : Math.min(2 * part.againMs, againAnywayMs());
    part.againMs = Math.max(part.againMs, AGAIN_MS);
    part.seq = seq;
    part.changed = false;
    part.confirmed = false;
    part.empty = devices.isEmpty() && crowd == null;
    part.writtenMs = nowMs;
    return new Digest(gateway, at, seq, rules.ttlMs(), wallMs, crowd, devices);
  }

  /** Counts users by what their most telling connection says, and leaves a few in the list. */
  private Crowd crowd(List<Device> devices) {
    Map<String, Device> users = new HashMap<>();
    for (Device device : devices) {
      if (!device.isGone()) {
        users.merge(
            device.user(), device, (one, other) -> one.isToldRatherThan(other) ? one : other);
      }
    }
    Crowd crowd = new Crowd();
    users.values().forEach(device -> crowd.add(device.mode(), 1));
    List<Device> few = new ArrayList<>(users.values());
    few.sort((one, other) -> Crowd.compareDrawn(one.user(), other.user()));
    devices.clear();
    devices.addAll(few.subList(0, Math.min(few.size(), rules.sample())));
    return crowd;
  }

  private static Device device(Here here, long toWallMs) {
    return new Device(
        here.user,
        here.device,
        here.session,
        here.silent ? Device.AWAY : here.mode,
        here.sinceMs,
        here.saidMs + toWallMs,
        here.heardMs + toWallMs,
        here.open,
        here.data,
        here.over);
  }
}
