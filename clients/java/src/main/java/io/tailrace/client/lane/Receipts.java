package io.tailrace.client.lane;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The receipts of one channel: how far its readers have read, and how far is to be said that this
 * one has. The highest of an epoch counts, whatever comes in whatever order; a later epoch voids
 * what was of an earlier one.
 *
 * <pre>
 *   read ──► said, at a pace ──► shown with this reader's name: kept
 *             ▲                │
 *             └── not shown ◄──┘ after growing pauses, and in the next subscription
 * </pre>
 *
 * <p>Times are milliseconds of a clock that never runs backwards.
 */
public final class Receipts {
  /** Readers that are remembered; of more, those go that have not moved for longest. */
  public static final int READERS_MAX = 1000;

  /** Nothing is to be done, whatever time it is. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Between two receipts of one who reads on. */
  private static final long PACE_MS = 500;

  /** How long one may take to be shown before it is said again; twice that the next time. */
  private static final long AGAIN_MS = 5_000;

  private static final long AGAIN_MS_MAX = 60_000;

  private final Map<String, Long> places = new LinkedHashMap<>();
  private int epoch;
  private @Nullable String user;

  /** The place of {@link #user} that is kept. */
  private long own;

  /** The one that is to be. */
  private long wanted;

  private boolean live;
  private boolean refused;
  private long said;
  private long paceAtMs = Long.MIN_VALUE;
  private long againAtMs;
  private long againMs = AGAIN_MS;

  /** By reader, the seq up to which they have read; a copy. */
  public Map<String, Long> places() {
    return Map.copyOf(places);
  }

  /** This user has read up to there, which is not above what was applied. */
  public void read(int ofEpoch, long seq) {
    if (reaches(ofEpoch)) {
      wanted = Math.max(wanted, seq);
    }
  }

  /**
   * A subscription has gone live over which receipts can be sent.
   *
   * @param applied the last event that is held
   */
  public void live(int ofEpoch, long applied, String asUser) {
    var _ = reaches(ofEpoch);
    if (!asUser.equals(user)) {
      user = asUser;
      own = places.getOrDefault(asUser, 0L);
    }
    // What was void meanwhile was not read after all.
    wanted = Math.min(wanted, applied);
    live = true;
    refused = false;
    said = 0;
  }

  /** It has ended. */
  public void lost() {
    live = false;
  }

  /** Nothing was read here and nothing shown. */
  public void clear() {
    live = false;
    places.clear();
    own = 0;
    wanted = 0;
  }

  /**
   * Places of readers, from a {@code receipt} frame or over HTTP.
   *
   * @return whether any is new
   */
  public boolean shown(int ofEpoch, Map<String, Long> read) {
    boolean voided = ofEpoch > epoch && !places.isEmpty();
    if (!reaches(ofEpoch)) {
      return false;
    }
    List<String> further = new ArrayList<>();
    read.forEach((reader, seq) -> {
      if (seq > places.getOrDefault(reader, -1L)) {
        further.add(reader);
      }
    });
    for (String reader : further) {
      long seq = read.getOrDefault(reader, 0L);
      // Behind all others: the first are those that have not moved for longest.
      places.remove(reader);
      places.put(reader, seq);
      if (reader.equals(user)) {
        own = Math.max(own, seq);
      }
    }
    Iterator<String> oldest = places.keySet().iterator();
    for (int over = places.size() - READERS_MAX; over > 0; over--) {
      oldest.next();
      oldest.remove();
    }
    return voided || !further.isEmpty();
  }

  /**
   * Something that was said in the channel was refused: a receipt that is owed is said again later,
   * or not over this subscription.
   */
  public void refused(String code, @Nullable Long retryAfterMs, long nowMs) {
    if (!owed() || said == 0) {
      return;
    }
    if (retryAfterMs != null) {
      paceAtMs = nowMs + retryAfterMs;
      againAtMs = nowMs + retryAfterMs;
    } else if (code.equals("not_available")) {
      refused = true;
    }
  }

  /**
   * The seq that is to be said now, 0 for none. Once this was called for a moment, nothing is to be
   * said before {@link #nextMs()}.
   */
  public long say(long nowMs) {
    if (nowMs < nextMs()) {
      return 0;
    }
    againMs = wanted == said ? Math.min(2 * againMs, AGAIN_MS_MAX) : AGAIN_MS;
    said = wanted;
    paceAtMs = nowMs + PACE_MS;
    againAtMs = nowMs + againMs;
    return wanted;
  }

  /** When something is to be said; {@link #NEVER} where all is kept or nothing can be said. */
  public long nextMs() {
    if (!owed()) {
      return NEVER;
    }
    return wanted == said ? againAtMs : paceAtMs;
  }

  private boolean owed() {
    return live && !refused && wanted > own;
  }

  /** Whether an epoch is the one that counts, which a later one is from here on. */
  private boolean reaches(int other) {
    if (other > epoch) {
      epoch = other;
      places.clear();
      own = 0;
      wanted = 0;
      said = 0;
    }
    return other == epoch;
  }
}
