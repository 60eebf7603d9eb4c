package io.tailrace.gateway.session;

import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.schemas.frame.ServerFrame;
import io.tailrace.schemas.token.Identity;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One connection as the core sees it. Owned by the shard's thread. */
public final class Peer {
  private final String session;
  private final Wire wire;
  private final SendQueue queue;
  private final long openedMs;
  private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();
  private final Map<String, ServerFrame.Reset> resets = new LinkedHashMap<>();
  private @Nullable Identity identity;
  private long heardMs;
  private long pingedMs;
  private double frameTokens;
  private long frameTokensMs;
  private @Nullable Degradation degradation;
  private boolean closing;
  private int replaying;
  private long leavesAtMs;
  private boolean toldToLeave;
  private int settled;
  boolean changed;

  /**
   * A connection that has just been opened.
   *
   * @param session its public name
   */
  public Peer(String session, Wire wire, SendQueue queue, long nowMs) {
    this.session = session;
    this.wire = wire;
    this.queue = queue;
    this.openedMs = nowMs;
    this.heardMs = nowMs;
    this.pingedMs = nowMs;
    this.frameTokens = Double.NaN;
  }

  /** Its public name. */
  public String session() {
    return session;
  }

  /** The form of its frames. */
  public Wire wire() {
    return wire;
  }

  /** What waits for it. */
  public SendQueue queue() {
    return queue;
  }

  /** Its subscriptions by the full name of the channel, in the order they were asked for. */
  public Map<String, Subscription> subscriptions() {
    return subscriptions;
  }

  /** Whether it has as many channels of a kind as it may. */
  public boolean isFull(String kind, int most) {
    if (subscriptions.size() < most) {
      return false;
    }
    String prefix = kind + ':';
    int same = 0;
    for (Subscription subscription : subscriptions.values()) {
      if (subscription.room().name().startsWith(prefix)) {
        same++;
      }
    }
    return same >= most;
  }

  /** The last reset of each channel, for an event stream, which resumes from there. */
  public Map<String, ServerFrame.Reset> resets() {
    return resets;
  }

  /** Who speaks; null before {@code hello} has been accepted. */
  public @Nullable Identity identity() {
    return identity;
  }

  /** The user who speaks, once {@code hello} has been accepted. */
  public String user() {
    Identity known = identity;
    if (known == null) {
      throw new IllegalStateException("nobody has said hello");
    }
    return known.user();
  }

  /** How many channels of an event stream are over, though the stream goes on with the others. */
  public int settled() {
    return settled;
  }

  /** One more is over: revoked, or refused for good. */
  public void settle() {
    settled++;
  }

  /** What is to be told of what its queue has shed, now; null for nothing. */
  public @Nullable ServerFrame degradation(long nowMs) {
    if (degradation == null) {
      if (queue.shed() == null) {
        return null;
      }
      degradation = new Degradation();
    }
    return degradation.look(queue, nowMs);
  }

  /** A token has been accepted. */
  public void identify(Identity accepted) {
    identity = accepted;
  }

  /** When it was opened. */
  public long openedMs() {
    return openedMs;
  }

  /** When the client last gave a sign of life. */
  public long heardMs() {
    return heardMs;
  }

  /** The client gave a sign of life. */
  public void heard(long nowMs) {
    heardMs = nowMs;
  }

  /** When it was last asked for a sign of life. */
  public long pingedMs() {
    return pingedMs;
  }

  /** It has been asked for a sign of life. */
  public void pinged(long nowMs) {
    pingedMs = nowMs;
  }

  /** When it is to go, once the gateway leaves. */
  public long leavesAtMs() {
    return leavesAtMs;
  }

  /** The gateway leaves, and this one goes then. */
  public void leaveAt(long ms) {
    leavesAtMs = ms;
  }

  /** Whether it knows that the gateway leaves. */
  public boolean isToldToLeave() {
    return toldToLeave;
  }

  /** It has been told that the gateway leaves. */
  public void toldToLeave() {
    toldToLeave = true;
  }

  /** Whether it is being closed: nothing more is decided for it. */
  public boolean isClosing() {
    return closing;
  }

  /** How many of its subscriptions are being read out of the window. */
  public int replaying() {
    return replaying;
  }

  void replaying(int more) {
    replaying += more;
  }

  void close() {
    closing = true;
  }

  /** Counts a frame against the rate: a token bucket. */
  boolean mayAsk(long nowMs, double perSecond, double burst) {
    if (Double.isNaN(frameTokens)) {
      frameTokens = burst;
    } else {
      frameTokens = Math.min(burst, frameTokens + (nowMs - frameTokensMs) * perSecond / 1000);
    }
    frameTokensMs = nowMs;
    if (frameTokens < 1) {
      return false;
    }
    frameTokens--;
    return true;
  }
}
