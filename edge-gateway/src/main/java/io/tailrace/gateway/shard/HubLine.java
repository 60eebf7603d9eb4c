package io.tailrace.gateway.shard;

import io.tailrace.gateway.ephemeral.EphemeralFrame;
import io.tailrace.gateway.ephemeral.HubInput;
import io.tailrace.gateway.fanout.Input;
import io.tailrace.gateway.hub.Hub;
import io.tailrace.gateway.measure.GatewayMetrics;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A shard's line to the hub. What is shown waits beside the shard's {@link Inbox}, so that it never
 * stands before an event; what has no room is dropped and counted.
 */
final class HubLine implements Hub.Taker {
  /** Frames of a turn, after the events: each may go to all connections of the shard. */
  private static final int SHOWN_PER_TURN = 64;

  private static final long SHOWN_BYTES_MAX = 16L << 20;

  private final Hub hub;
  private final GatewayMetrics metrics;
  private final Inbox inbox;
  private final Runnable filled;
  private final ShownInbox shown = new ShownInbox(SHOWN_BYTES_MAX);

  /**
   * A line.
   *
   * @param inbox the shard's, closed when the shard has ended
   * @param filled told after frames have come
   */
  HubLine(Hub hub, GatewayMetrics metrics, Inbox inbox, Runnable filled) {
    this.hub = hub;
    this.metrics = metrics;
    this.inbox = inbox;
    this.filled = filled;
  }

  /** Begins to take frames. */
  void open() {
    hub.attach(this);
  }

  @Override
  public boolean show(List<EphemeralFrame> frames) {
    if (inbox.isClosed()) {
      return false;
    }
    metrics.notShown(shown.add(frames));
    filled.run();
    return true;
  }

  /** Takes as much as one turn may; on the shard's thread. */
  void takeTurn(Consumer<Input> to) {
    Set<String> unshown = shown.takeUnshown();
    if (!unshown.isEmpty()) {
      to.accept(new Input.Unshown(unshown));
    }
    List<EphemeralFrame> frames = shown.take(SHOWN_PER_TURN);
    if (!frames.isEmpty()) {
      to.accept(new Input.Shown(frames));
    }
  }

  /** Tells the hub, and clears the list. */
  void tell(List<HubInput> inputs) {
    if (!inputs.isEmpty()) {
      hub.say(inputs);
      inputs.clear();
    }
  }

  boolean isEmpty() {
    return shown.isEmpty();
  }
}
