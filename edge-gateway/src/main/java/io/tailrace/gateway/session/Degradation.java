package io.tailrace.gateway.session;

import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.schemas.frame.ServerFrame;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client is told of what its queue has shed.
 *
 * <pre>
 *   WHOLE ──something is shed: degraded──► DEGRADED ──┐ more is shed: degraded, at most once in TELL_MS
 *     ▲                                      │  ▲     │
 *     │                                      │  └─────┘
 *     └── little waits and nothing had to be shed, for CALM_MS: recovered
 * </pre>
 *
 * <p>Totals are those of the connection since it was opened; those of {@code recovered} are what
 * the gateway has counted for it. Owned by the shard's thread.
 */
final class Degradation {
  /** Totals are told so often at most: a slow socket is not made slower by being told. */
  static final long TELL_MS = 1000;

  /** So long little may wait before it is over: a queue that fills at once again tells nothing. */
  static final long CALM_MS = 2000;

  private static final Lane[] LANES = Lane.values();

  private boolean degraded;
  private long pressure;
  private long pressedMs;
  private long toldMs;
  private long[] told = new long[LANES.length];
  private long[] recovered = new long[LANES.length];

  /** Looks at a queue now and then; what is to be told now, null for nothing. */
  @Nullable ServerFrame look(SendQueue queue, long nowMs) {
    long[] shed = queue.shed();
    if (shed == null) {
      return null;
    }
    if (queue.pressure() != pressure || !queue.isCalm()) {
      pressure = queue.pressure();
      pressedMs = nowMs;
    }
    if (degraded && nowMs - pressedMs >= CALM_MS) {
      List<String> lanes = lanes(shed);
      degraded = false;
      told = shed.clone();
      recovered = told;
      return new ServerFrame.Recovered(lanes, totals(shed));
    }
    if (isMore(shed) && (!degraded || nowMs - toldMs >= TELL_MS)) {
      degraded = true;
      toldMs = nowMs;
      told = shed.clone();
      return new ServerFrame.Degraded(lanes(shed), totals(shed));
    }
    return null;
  }

  private boolean isMore(long[] shed) {
    for (int i = 0; i < shed.length; i++) {
      if (shed[i] > told[i]) {
        return true;
      }
    }
    return false;
  }

  /** Those of which something was shed since all was well. */
  private List<String> lanes(long[] shed) {
    List<String> lanes = new ArrayList<>();
    for (Lane lane : LANES) {
      if (shed[lane.place()] > recovered[lane.place()]) {
        lanes.add(lane.word());
      }
    }
    return lanes;
  }

  private static Map<String, Long> totals(long[] shed) {
    Map<String, Long> totals = new LinkedHashMap<>();
    for (Lane lane : LANES) {
      if (shed[lane.place()] > 0) {
        totals.put(lane.word(), shed[lane.place()]);
      }
    }
    return totals;
  }
}
