package io.tailrace.gateway.subscribe;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.session.Decision;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.Subscription;
import java.util.List;

/**
 * Reads the window out to a queue, as far as that has room, and goes on when it has drained: a
 * window may hold more than a queue may, and a queue that is full of the past would make the
 * subscription {@code behind} at once.
 */
public final class Replay {
  private final Endings endings;
  private final Decision decision;
  private final long queueBytes;

  /**
   * A replay.
   *
   * @param queueBytes a queue is filled up to here, so that live events still find room
   */
  public Replay(Endings endings, Decision decision, long queueBytes) {
    this.endings = endings;
    this.decision = decision;
    this.queueBytes = queueBytes;
  }

  /** Goes on with all replays of a connection whose queue has drained. */
  public void resume(Peer peer) {
    for (Subscription subscription : List.copyOf(peer.subscriptions().values())) {
      if (subscription.stage() == Subscription.Stage.REPLAYING) {
        advance(subscription);
      }
    }
  }

  /** Queues what fits. */
  public void advance(Subscription subscription) {
    Peer peer = subscription.peer();
    var window = subscription.room().window();
    while (subscription.next() < Math.min(subscription.replayTo(), window.last())) {
      Frame frame = window.frame(subscription.next() + 1);
      if (frame == null) {
        endings.behind(subscription);
        return;
      }
      if (peer.queue().bytes() > queueBytes
          || !peer.queue().offer(Lane.EVENT, frame.bytes(peer.wire()))) {
        return;
      }
      decision.changed(peer);
      subscription.advance(frame.seq());
    }
    subscription.room().goLive(subscription);
  }
}
