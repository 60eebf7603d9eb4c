package io.tailrace.gateway.shard;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.measure.GatewayMetrics;
import io.tailrace.gateway.session.Rooms;
import io.tailrace.schemas.trace.Hop;
import io.tailrace.schemas.trace.Traced;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * What is measured of a turn's events once they are written: how long ago the newest was committed,
 * and the hop of those that are traced and that somebody here takes. Owned by the shard's thread.
 */
final class Pushes {
  private final GatewayMetrics metrics;
  private final Rooms rooms;
  private final List<Frame> traced = new ArrayList<>();
  private long newestCommitMicros;

  /** Nothing yet. */
  Pushes(GatewayMetrics metrics, Rooms rooms) {
    this.metrics = metrics;
    this.rooms = rooms;
  }

  /** These are about to be handed to connections. */
  void note(List<Frame> frames) {
    newestCommitMicros = frames.getLast().commitMicros();
    if (metrics.spans().isOn()) {
      for (Frame frame : frames) {
        if (frame.traced() != null && rooms.find(frame.channel()) != null) {
          traced.add(frame);
        }
      }
    }
  }

  /** What was noted has been written, or waits because sockets take no more. */
  void written(InstantSource clock) {
    long nowMicros = clock.millis() * 1000;
    if (newestCommitMicros > 0) {
      metrics.written(nowMicros - newestCommitMicros);
      newestCommitMicros = 0;
    }
    for (Frame frame : traced) {
      Traced event = frame.traced();
      if (event != null) {
        metrics.spans().hop(Hop.PUSH, event, frame.arrivedMs() * 1000, nowMicros);
      }
    }
    traced.clear();
  }
}
