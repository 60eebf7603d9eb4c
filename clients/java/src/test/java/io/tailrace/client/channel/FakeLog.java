package io.tailrace.client.channel;

import io.tailrace.client.ChannelEvent;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A channel's truth: one numbering with its chain. */
final class FakeLog {
  static final String CHANNEL = "chat:room";
  private static final int ENTITIES = 3;

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
    append(after(head() + 1, chainAt(head()), content));
  }

  void append(ChannelEvent next) {
    events.add(next);
  }

  /** An event that could come next, without appending it. */
  ChannelEvent after(long seq, long chainBefore, String content) {
    String entity = "e" + seq % ENTITIES;
    Envelope envelope =
        new Envelope(
            epoch + "-" + seq,
            "message.posted",
            entity,
            "ann",
            "2026-01-01T00:00:00.000000Z",
            null);
    byte[] data = ("{\"text\":\"" + content + "\"}").getBytes(StandardCharsets.UTF_8);
    long chain = Chain.next(chainBefore, envelope, data);
    return new ChannelEvent(CHANNEL, 0, seq, envelope, null, chain, data);
  }

  ChannelEvent at(long seq) {
    return events.get((int) seq - 1);
  }

  boolean holds(ChannelEvent event) {
    return event.seq() <= head() && at(event.seq()).chain() == event.chain();
  }

  long chainAt(long seq) {
    return seq == 0 ? Chain.start(epoch) : at(seq).chain();
  }

  /** Seqs in (after, to]. */
  List<ChannelEvent> between(long after, long to) {
    return after >= to ? List.of() : List.copyOf(events.subList((int) after, (int) to));
  }

  /** The latest event of every entity among seqs in (after, to]. */
  Collection<ChannelEvent> latest(long after, long to) {
    Map<String, ChannelEvent> byEntity = new LinkedHashMap<>();
    for (ChannelEvent event : between(after, to)) {
      byEntity.put(String.valueOf(event.envelope().entity()), event);
    }
    return byEntity.values();
  }
}
