package io.tailrace.gateway.subscribe;

import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.session.Decision;
import io.tailrace.gateway.session.Happening;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.Rooms;
import io.tailrace.gateway.session.Subscription;
import io.tailrace.schemas.frame.ServerFrame;

/**
 * The ways in which the gateway ends a subscription. After the first two the client subscribes
 * again by itself; after the third when its user knows of a reason.
 */
public final class Endings {
  private final Rooms rooms;
  private final Decision decision;

  /** Over a shard's rooms. */
  public Endings(Rooms rooms, Decision decision) {
    this.rooms = rooms;
    this.decision = decision;
  }

  /** Its events do not fit, or the feed skipped some: what is queued stays, nothing follows. */
  public void behind(Subscription subscription) {
    rooms.leave(subscription);
    decision.happened(Happening.BEHIND);
    decision.send(
        subscription.peer(),
        new ServerFrame.Behind(
            subscription.room().name(),
            subscription.next(),
            Math.max(subscription.next(), subscription.room().window().last())));
  }

  /** What the client holds above {@code after} is void. */
  public void reset(Subscription subscription, int epoch, long after) {
    rooms.leave(subscription);
    decision.happened(Happening.RESET);
    ServerFrame.Reset reset = new ServerFrame.Reset(subscription.room().name(), epoch, after);
    if (subscription.peer().wire() == Wire.EVENT_STREAM) {
      subscription.peer().resets().put(reset.channel(), reset);
    }
    decision.send(subscription.peer(), reset);
  }

  /** The user may not read the channel: what is queued lies below a seq, nothing else follows. */
  public void revoked(Subscription subscription, long seq) {
    rooms.leave(subscription);
    decision.happened(Happening.REVOKED);
    Peer peer = subscription.peer();
    peer.settle();
    decision.send(peer, new ServerFrame.Revoked(subscription.room().name(), seq));
  }
}
