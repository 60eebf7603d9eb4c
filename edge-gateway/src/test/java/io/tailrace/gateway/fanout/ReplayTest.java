package io.tailrace.gateway.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.gateway.session.Happening;
import io.tailrace.gateway.session.Peer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A window that is larger than a queue is read out as the socket takes it. */
final class ReplayTest {
  private static final int EVENTS = 1000;
  private static final int EVENT_BYTES = 300;
  private static final long QUEUE_BYTES = 40_000;
  private static final long REPLAY_BYTES = QUEUE_BYTES / 2;

  /** A frame's two bytes of header and two of length. */
  private static final long WIRE_BYTES = EVENT_BYTES + 4;

  private final OneShard shard = new OneShard(REPLAY_BYTES);

  private void fill(String channel) {
    for (int seq = 1; seq <= EVENTS; seq++) {
      shard.see(channel, seq, EVENT_BYTES);
    }
  }

  private Peer resume(String channel) {
    // Somebody holds the window, as its events do for as long as they are kept.
    Peer peer = shard.connect(QUEUE_BYTES);
    shard.answer(shard.subscribe(peer, channel, 0), EVENTS);
    return peer;
  }

  @Test
  void aReplayLeavesRoomForWhatIsLive() {
    fill("chat:past");
    Peer peer = resume("chat:past");
    shard.answer(shard.subscribe(peer, "chat:live", 0), 0);

    for (int seq = 1; seq <= 20; seq++) {
      shard.see("chat:live", seq, EVENT_BYTES);
    }

    assertTrue(peer.queue().bytes() > REPLAY_BYTES, "it is being read the window");
    assertEquals(0, shard.count(Happening.BEHIND));
  }

  @Test
  void whoeverDrainsGetsAllOfItAndIsNeverBehind() {
    fill("chat:past");
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      peers.add(resume("chat:past"));
    }
    shard.see("chat:past", EVENTS + 1, EVENT_BYTES);

    for (Peer peer : peers) {
      long bytes = 0;
      while (!peer.queue().isEmpty()) {
        assertTrue(peer.queue().bytes() <= QUEUE_BYTES);
        bytes += shard.drain(peer);
      }
      long events = bytes / WIRE_BYTES;
      assertEquals(EVENTS + 1, events, "and less than an event's bytes of answers");
    }
    assertEquals(0, shard.count(Happening.BEHIND));
    assertEquals(50, shard.count(Happening.RESUMED));
  }

  @Test
  void whatIsQueuedForManyIsTheSameBytes() {
    fill("chat:past");
    Peer first = resume("chat:past");
    int entries = first.queue().entries();

    assertTrue(entries < 10, entries + " entries for a full queue");
  }
}
