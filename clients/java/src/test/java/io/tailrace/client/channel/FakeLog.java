package io.tailrace.client.channel;

import io.tailrace.client.ChannelEvent;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A channel's truth: one numbering with its chain. */
final class FakeLog {
  static final String CHANNEL = "chat:room";

  private final int epoch;
  private final List<ChannelEvent> events = new ArrayList<>();

  FakeLog(int epoch) {
    this.epoch = epoch;
  }

  int epoch() {
    return epoch;
  }

  long head() {
    return events.size();
  }

  void append(String content) {
    long seq = head() + 1;
    Envelope envelope =
        new Envelope(
            epoch + "-" + seq, "message.posted", null, "ann", "2026-01-01T00:00:00.000000Z", null);
    byte[] data = ("{\"text\":\"" + content + "\"}").getBytes(StandardCharsets.UTF_8);
    long chain = Chain.next(chainAt(seq - 1), envelope, data);
    events.add(new ChannelEvent(CHANNEL, 0, seq, envelope, null, chain, data));
  }

  ChannelEvent at(long seq) {
    return events.get((int) seq - 1);
  }

  long chainAt(long seq) {
    return seq == 0 ? Chain.start(epoch) : at(seq).chain();
  }

  /** Seqs in (after, to]. */
  List<ChannelEvent> between(long after, long to) {
    return after >= to ? List.of() : List.copyOf(events.subList((int) after, (int) to));
  }
}
