package io.tailrace.gateway.fanout;

import io.tailrace.gateway.encode.EventStreamText;
import io.tailrace.gateway.encode.WebSocketText;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.ephemeral.EphemeralFrame;
import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.lane.Shared;
import io.tailrace.gateway.lane.Subject;
import io.tailrace.gateway.session.Decision;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.Room;
import io.tailrace.gateway.session.Rooms;
import io.tailrace.gateway.session.Subscription;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hands an ephemeral frame to those who are live in its channel and take its lane. A whole state of
 * presence mends a list of which changes were shed; before there is one, changes are not told.
 * Owned by the shard's thread.
 */
final class Showing {
  private final Rooms rooms;
  private final Set<Peer> peers;
  private final Decision decision;

  Showing(Rooms rooms, Set<Peer> peers, Decision decision) {
    this.rooms = rooms;
    this.peers = peers;
    this.decision = decision;
  }

  void show(EphemeralFrame frame) {
    Room room = rooms.find(frame.channel());
    if (room == null) {
      return;
    }
    Encoded encoded = new Encoded(frame);
    Peer only = frame.only();
    if (only != null) {
      // Another shard's connection is that shard's: its maps are not looked into here.
      Subscription subscription =
          peers.contains(only) ? only.subscriptions().get(frame.channel()) : null;
      if (subscription != null && subscription.stage() == Subscription.Stage.LIVE) {
        offer(subscription, frame, encoded);
      }
      return;
    }
    List<Subscription> live = room.live();
    for (int i = live.size() - 1; i >= 0; i--) {
      offer(live.get(i), frame, encoded);
    }
  }

  private void offer(Subscription subscription, EphemeralFrame frame, Encoded encoded) {
    Peer peer = subscription.peer();
    if (!frame.isFor(peer) || !subscription.lanes().contains(frame.lane())) {
      return;
    }
    if (frame.lane() == Lane.PRESENCE) {
      if (!frame.whole() && !subscription.hasList()) {
        return;
      }
      subscription.hasList(true);
    }
    if (peer.queue().offer(encoded.subject, encoded.bytes(peer.wire()))) {
      decision.changed(peer);
    }
  }

  /** The frame in each form asked for, made once for all that take it. */
  private static final class Encoded {
    private final EphemeralFrame frame;
    private final Subject subject;
    private @Nullable Shared webSocket;
    private @Nullable Shared eventStream;

    Encoded(EphemeralFrame frame) {
      this.frame = frame;
      this.subject = new Subject(frame.lane(), frame.channel(), frame.key(), frame.whole());
    }

    Shared bytes(Wire wire) {
      return switch (wire) {
        case WEB_SOCKET -> {
          Shared made = webSocket;
          if (made == null) {
            made = Shared.of(WebSocketText.frame(frame.json()));
            webSocket = made;
          }
          yield made;
        }
        case EVENT_STREAM -> {
          Shared made = eventStream;
          if (made == null) {
            made = Shared.of(EventStreamText.event(frame.lane().word(), frame.json()));
            eventStream = made;
          }
          yield made;
        }
      };
    }
  }
}
