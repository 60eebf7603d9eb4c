package io.tailrace.client.connection;

import io.tailrace.client.Transport;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of the connection. Times are of the running clock unless they say otherwise.
 *
 * @param leg the link in use, or on its way to be
 * @param next the link that takes over from it
 * @param moving why there is, or will be, a next one
 * @param way what is tried next
 * @param failures in a row
 * @param blocked tries in a row that spoke against {@code way}
 * @param probes tries in a row to get back to WebSocket
 * @param retryAtMs when to connect, {@link #NEVER} where that is not awaited
 * @param moveAtMs when to open the next one
 * @param leaveByMs when to leave the link whatever the next one does
 * @param links number of the latest link
 * @param seen the moment of the last decision
 */
public record ConnectionState(
    boolean wanted,
    @Nullable Leg leg,
    @Nullable Leg next,
    Moving moving,
    Transport way,
    int failures,
    int blocked,
    int probes,
    long retryAtMs,
    long moveAtMs,
    long leaveByMs,
    long links,
    @Nullable Moment seen) {
  /** No time at all. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Why a link is left while it works. */
  public enum Moving {
    /** It is not. */
    NO,
    /** Its server leaves. */
    DRAINED,
    /** WebSocket may work by now. */
    PROBING
  }

  /**
   * One link.
   *
   * @param open whether channels can be asked for
   * @param proven whether the server has shown that this way works
   * @param heartbeatMs what the server wants to hear from us at least, 0: nothing
   * @param pingAtMs when to ping
   * @param dueMs when it is dead unless something is heard
   * @param renewAtWallMs by the wall clock: when to bring a fresh token
   */
  public record Leg(
      long link,
      Transport way,
      boolean open,
      boolean proven,
      long heartbeatMs,
      long pingAtMs,
      long dueMs,
      long renewAtWallMs) {
    Leg due(long ms) {
      return new Leg(link, way, open, proven, heartbeatMs, pingAtMs, ms, renewAtWallMs);
    }

    Leg pingAt(long ms) {
      return new Leg(link, way, open, proven, heartbeatMs, ms, dueMs, renewAtWallMs);
    }

    Leg renewAt(long wallMs) {
      return new Leg(link, way, open, proven, heartbeatMs, pingAtMs, dueMs, wallMs);
    }
  }

  /** Not wanted yet. */
  public static ConnectionState begin(Transport way) {
    Transport first = way == Transport.AUTOMATIC ? Transport.WEBSOCKET : way;
    return new ConnectionState(
        false, null, null, Moving.NO, first, 0, 0, 0, NEVER, NEVER, NEVER, 0, null);
  }

  /** Until when nothing is to be done unless something happens. */
  public long nextMs() {
    long next = Math.min(retryAtMs, Math.min(moveAtMs, leaveByMs));
    for (Leg each : new Leg[] {leg, this.next}) {
      if (each != null) {
        next = Math.min(next, Math.min(each.pingAtMs, each.dueMs));
      }
    }
    return next;
  }

  /** The link over which channels are asked for, 0 without one. */
  public long target() {
    if (next != null && next.open) {
      return next.link;
    }
    return leg != null && leg.open ? leg.link : 0;
  }
}
