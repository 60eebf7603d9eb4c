package io.tailrace.gateway.sse;

import io.tailrace.gateway.encode.EventStreamText;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.Subscription;
import io.tailrace.gateway.shard.Connection;
import io.tailrace.gateway.shard.Shard;
import io.tailrace.gateway.shard.Watcher;
import io.tailrace.schemas.frame.ServerFrame;
import io.tailrace.schemas.frame.ServerFrames;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an event stream does beside its frames: tells now and then where its reader stands, and ends
 * when a subscription ends that is to be asked for again, since a reader cannot ask on the same
 * stream. Owned by the shard's thread.
 */
final class EventStream implements Watcher {
  private final Shard shard;
  private final Connection connection;
  private final Map<String, Cursor.Place> places = new LinkedHashMap<>();
  private final Map<String, Subscription> watched = new LinkedHashMap<>();
  private final int wanted;
  private final long cursorMs;
  private long toldMs;
  private @Nullable String told;
  private boolean wasReplaying = true;

  /**
   * A stream.
   *
   * @param from where the reader said to stand
   * @param wanted how many channels it asked for
   * @param cursorMs how often the cursor is told
   */
  EventStream(Shard shard, Connection connection, Cursor from, int wanted, long cursorMs) {
    this.shard = shard;
    this.connection = connection;
    this.wanted = wanted;
    this.cursorMs = cursorMs;
    places.putAll(from.places());
  }

  @Override
  public void look(long nowMs) {
    Peer peer = connection.peer();
    boolean waits = see(peer);
    // Each channel is told what became of it before the stream ends. It does not end for those that
    // are revoked or refused for good: a reader would open it again for them without end.
    boolean ended = !waits && peer.subscriptions().size() + peer.settled() < wanted;
    boolean replaying = waits || peer.replaying() > 0;
    // Nor is a cursor told before: it would have no place for who still waits.
    if (!waits && (ended || nowMs - toldMs >= cursorMs || wasReplaying && !replaying)) {
      tell(peer, nowMs);
    }
    wasReplaying = replaying;
    if (ended) {
      shard.close(connection, 0, "", "stream_ended");
    }
  }

  @Override
  public void ends(long nowMs) {
    if (!see(connection.peer())) {
      tell(connection.peer(), nowMs);
    }
  }

  /** Takes note of where the reader stands; whether it still waits for a channel. */
  private boolean see(Peer peer) {
    for (Subscription subscription : peer.subscriptions().values()) {
      watched.put(subscription.room().name(), subscription);
    }
    boolean waits = false;
    for (Map.Entry<String, Subscription> entry : watched.entrySet()) {
      Subscription subscription = entry.getValue();
      if (subscription.isStarted()) {
        places.put(entry.getKey(), new Cursor.Place(subscription.epoch(), subscription.safe()));
      }
    }
    for (Subscription subscription : peer.subscriptions().values()) {
      waits |= !subscription.isStarted();
    }
    for (ServerFrame.Reset reset : peer.resets().values()) {
      places.put(reset.channel(), new Cursor.Place(reset.epoch(), reset.after()));
    }
    return waits;
  }

  private void tell(Peer peer, long nowMs) {
    String text = new Cursor(places).text();
    if (places.isEmpty() || text.equals(told)) {
      return;
    }
    Map<String, String> byChannel = new LinkedHashMap<>();
    places.forEach((channel, place) -> byChannel.put(channel, place.text()));
    byte[] json = ServerFrames.encode(new ServerFrame.Cursor(byChannel));
    if (peer.queue().cursor(EventStreamText.event("cursor", text, json))) {
      told = text;
      toldMs = nowMs;
      shard.changed(connection);
    }
  }
}
