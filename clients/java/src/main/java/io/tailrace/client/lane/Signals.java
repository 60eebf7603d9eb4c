package io.tailrace.client.lane;

import io.tailrace.client.Signal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The signals of one channel: what others say, until it expires, and what is said here, no faster
 * than the contract allows. Of what is too fast the latest of each type waits for its turn. Times
 * are milliseconds of a clock that never runs backwards.
 */
public final class Signals {
  /** What is shown at once; of more, the oldest go. */
  static final int SHOWN_MAX = 1000;

  /** Types that wait for their turn. */
  static final int HELD_MAX = 16;

  /** Until the contract has been read. */
  private static final double PER_SECOND = 10;

  private record Speaker(String user, String type) {}

  private record Heard(Signal signal, long untilMs) {}

  /**
   * Something to be said.
   *
   * @param data JSON text
   */
  public record Said(String type, String data) {}

  private final Map<Speaker, Heard> heard = new LinkedHashMap<>();
  private final Map<String, Said> held = new LinkedHashMap<>();

  /** Not after the first of {@link #heard} expires. */
  private long expiresMs = Receipts.NEVER;

  private double perSecond = PER_SECOND;
  private double tokens = PER_SECOND;
  private long filledMs = Long.MIN_VALUE;

  /** What others say, those who spoke last at the end; a copy. */
  public List<Signal> shown() {
    return heard.values().stream().map(Heard::signal).toList();
  }

  /** Somebody says something: it takes the place of what they said before with that type. */
  public void hear(Signal signal, long ttlMs, long nowMs) {
    Speaker speaker = new Speaker(signal.user(), signal.type());
    heard.remove(speaker);
    heard.put(speaker, new Heard(signal, nowMs + ttlMs));
    expiresMs = Math.min(expiresMs, nowMs + ttlMs);
    if (heard.size() > SHOWN_MAX) {
      heard.remove(heard.keySet().iterator().next());
    }
  }

  /**
   * Drops what has expired.
   *
   * @return whether anything has
   */
  public boolean expire(long nowMs) {
    if (nowMs < expiresMs) {
      return false;
    }
    boolean any = heard.values().removeIf(one -> one.untilMs() <= nowMs);
    expiresMs = heard.values().stream().mapToLong(Heard::untilMs).min().orElse(Receipts.NEVER);
    return any;
  }

  /** The contract's rate. */
  public void pacedAt(double signalsPerSecond) {
    perSecond = signalsPerSecond;
    tokens = Math.min(tokens, signalsPerSecond);
  }

  /** Something is to be said when its turn comes. */
  public void say(Said said) {
    held.remove(said.type());
    held.put(said.type(), said);
    if (held.size() > HELD_MAX) {
      held.remove(held.keySet().iterator().next());
    }
  }

  /** What goes out now of what is to be said. */
  public List<Said> next(long nowMs) {
    if (held.isEmpty()) {
      return List.of();
    }
    if (filledMs != Long.MIN_VALUE) {
      tokens = Math.min(perSecond, tokens + (nowMs - filledMs) * perSecond / 1000);
    }
    filledMs = nowMs;
    List<Said> now = new ArrayList<>();
    Iterator<Said> waiting = held.values().iterator();
    while (waiting.hasNext() && tokens + 1e-9 >= 1) {
      now.add(waiting.next());
      waiting.remove();
      tokens--;
    }
    return now;
  }

  /** What waits for its turn is not said any more. */
  public void silence() {
    held.clear();
  }

  /** Nothing is shown any more. */
  public void clear() {
    silence();
    heard.clear();
    expiresMs = Receipts.NEVER;
  }

  /** When something expires or has its turn; {@link Receipts#NEVER} where neither waits. */
  public long nextMs() {
    if (held.isEmpty()) {
      return expiresMs;
    }
    double missing = Math.max(0, 1 - tokens);
    return Math.min(expiresMs, filledMs + (long) Math.ceil(missing * 1000 / perSecond));
  }
}
