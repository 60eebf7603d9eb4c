package io.tailrace.gateway.subscribe;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.Shared;
import io.tailrace.gateway.resume.ChannelWindow;
import io.tailrace.gateway.resume.Pieces;
import io.tailrace.gateway.session.Decision;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.Subscription;
import io.tailrace.schemas.event.MemberChange;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the window out to a queue, as far as that has room, and goes on when it has drained: a
 * window may hold more than a queue may, and a queue that is full of the past would make the
 * subscription {@code behind} at once.
 */
public final class Replay {
  /** Fewer frames than these are queued one by one: a piece would be a copy for nobody else. */
  private static final int FEW = 4;

  /** What one write takes; a larger piece would only be written in several. */
  private static final int PIECE_BYTES_MAX = 64 * 1024;

  /** A queue is over its mark by a piece at most: that must be little beside the room above it. */
  private static final int PIECES_PER_QUEUE = 4;

  private final Endings endings;
  private final Decision decision;
  private final long queueBytes;
  private final int pieceBytes;

  /**
   * A replay.
   *
   * @param queueBytes a queue is filled up to here, so that live events still find room
   */
  public Replay(Endings endings, Decision decision, long queueBytes) {
    this.endings = endings;
    this.decision = decision;
    this.queueBytes = queueBytes;
    this.pieceBytes = (int) Math.min(PIECE_BYTES_MAX, queueBytes / PIECES_PER_QUEUE);
  }

  /** Goes on with all replays of a connection whose queue has drained. */
  public void resume(Peer peer) {
    for (Subscription subscription : List.copyOf(peer.subscriptions().values())) {
      if (peer.queue().bytes() > queueBytes) {
        return;
      }
      if (subscription.stage() == Subscription.Stage.REPLAYING) {
        advance(subscription);
      }
    }
  }

  /** Queues what fits. */
  public void advance(Subscription subscription) {
    Peer peer = subscription.peer();
    ChannelWindow window = subscription.room().window();
    long to;
    while (subscription.next() < (to = Math.min(subscription.replayTo(), window.last()))) {
      if (peer.queue().bytes() > queueBytes) {
        return;
      }
      Pieces.Part part = next(window, peer.wire(), subscription.next() + 1, to);
      if (part == null) {
        endings.behind(subscription);
        return;
      }
      long end = endWithin(subscription, window, part.last());
      if (end == subscription.next() + 1) {
        endings.revoked(subscription, end);
        return;
      }
      if (end > 0) {
        part = Objects.requireNonNull(next(window, peer.wire(), subscription.next() + 1, end - 1));
      }
      if (!peer.queue().offer(subscription, subscription.next(), part.of(), part.bytes())) {
        return;
      }
      decision.changed(peer);
      subscription.advance(part.last());
    }
    subscription.room().goLive(subscription);
  }

  /** The seq of the change of members that ends it, up to a seq; 0 where none does. */
  private static long endWithin(Subscription subscription, ChannelWindow window, long last) {
    for (Map.Entry<Long, MemberChange> change :
        window.members(subscription.next() + 1, last).entrySet()) {
      if (!subscription.outlives(change.getKey(), change.getValue())) {
        return change.getKey();
      }
    }
    return 0;
  }

  private Pieces.@Nullable Part next(ChannelWindow window, Wire wire, long first, long to) {
    if (to - first >= FEW) {
      return window.pieces().part(wire, first, to, pieceBytes);
    }
    Frame frame = window.frame(first);
    if (frame == null) {
      return null;
    }
    Shared bytes = Shared.of(frame.bytes(wire));
    return new Pieces.Part(bytes.view(), bytes, first);
  }
}
