package io.tailrace.client;

import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Envelope;
import java.nio.charset.StandardCharsets;

/** A channel's events with their chains. */
final class SomeEvents {
  static final String CHANNEL = "chat:room";
  static final int EPOCH = 1;

  private SomeEvents() {}

  static ChannelEvent at(long seq) {
    return event(seq, chain(seq - 1));
  }

  static long chain(long seq) {
    return seq == 0 ? Chain.start(EPOCH) : event(seq, chain(seq - 1)).chain();
  }

  private static ChannelEvent event(long seq, long chainBefore) {
    Envelope envelope =
        new Envelope("id-" + seq, "note", "e" + seq % 3, "ann", "2026-01-01T00:00:00Z", null);
    byte[] data = ("{\"n\":" + seq + "}").getBytes(StandardCharsets.UTF_8);
    long chain = Chain.next(chainBefore, envelope, data);
    return new ChannelEvent(CHANNEL, EPOCH, seq, envelope, null, chain, data);
  }
}
