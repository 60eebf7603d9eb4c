package io.tailrace.sequencer.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.event.Times;
import io.tailrace.schemas.name.Channel;
import org.jspecify.annotations.Nullable;

/** Makes a channel's events, one after the other. */
final class ChannelWriter {
  private final Channel channel;
  private int epoch;
  private long seq;
  private long chain;

  ChannelWriter(Channel channel, int epoch) {
    this.channel = channel;
    begin(epoch);
  }

  void begin(int epoch) {
    this.epoch = epoch;
    seq = 0;
    chain = Chain.start(epoch);
  }

  Event next(@Nullable String entity) {
    return next("message.posted", entity, "{\"n\":" + (seq + 1) + "}");
  }

  /** Makes somebody a member; null: removes them. */
  Event member(String user, @Nullable String role) {
    return role == null
        ? next(MemberChange.REMOVED, MemberChange.ENTITY + user, "{}")
        : next(MemberChange.SET, MemberChange.ENTITY + user, "{\"role\":\"" + role + "\"}");
  }

  private Event next(String type, @Nullable String entity, String json) {
    seq++;
    Envelope envelope =
        new Envelope("id-" + epoch + "-" + seq, type, entity, "ada", Times.micros(seq), null);
    byte[] data = json.getBytes(UTF_8);
    chain = Chain.next(chain, envelope, data);
    return new Event(channel, envelope, epoch, seq, chain, data);
  }

  Channel channel() {
    return channel;
  }

  long seq() {
    return seq;
  }

  long chain() {
    return chain;
  }
}
