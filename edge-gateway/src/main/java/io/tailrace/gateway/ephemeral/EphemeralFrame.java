package io.tailrace.gateway.ephemeral;

import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.session.Peer;
import org.jspecify.annotations.Nullable;

/**
 * A frame for those who are live in a channel and take its lane.
 *
 * @param channel full name, {@code tenant/kind:id}
 * @param key within channel and lane a later frame of the same key replaces one that still waits;
 *     null where none is replaced
 * @param json the frame, UTF-8, without the framing of a wire; shared, never changed
 * @param whole whether it tells a whole state, so that nothing before it is needed
 * @param only to this connection alone; null for all
 * @param except to all but this connection; null for all
 */
public record EphemeralFrame(
    String channel,
    Lane lane,
    @Nullable String key,
    byte[] json,
    boolean whole,
    @Nullable Peer only,
    @Nullable Peer except) {

  /** A frame for everybody in the channel. */
  public static EphemeralFrame toAll(String channel, Lane lane, @Nullable String key, byte[] json) {
    return new EphemeralFrame(channel, lane, key, json, false, null, null);
  }

  /** A whole state for everybody in the channel. */
  public static EphemeralFrame wholeToAll(String channel, Lane lane, byte[] json) {
    return new EphemeralFrame(channel, lane, null, json, true, null, null);
  }

  /** A frame for one connection; of presence a whole state. */
  public static EphemeralFrame toOne(
      Peer peer, String channel, Lane lane, @Nullable String key, byte[] json) {
    return new EphemeralFrame(channel, lane, key, json, lane == Lane.PRESENCE, peer, null);
  }

  /** A frame for everybody in the channel but one connection, where that is on this gateway. */
  public static EphemeralFrame toOthers(
      @Nullable Peer peer, String channel, Lane lane, @Nullable String key, byte[] json) {
    return new EphemeralFrame(channel, lane, key, json, false, null, peer);
  }

  /** Whether a connection that is live in the channel is to get it. */
  public boolean isFor(Peer peer) {
    return peer != except && (only == null || peer == only);
  }
}
