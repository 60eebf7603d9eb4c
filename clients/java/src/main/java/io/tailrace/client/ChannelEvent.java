package io.tailrace.client;

import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Envelope;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An event as a reader gets it.
 *
 * @param channel {@code kind:id}
 * @param epoch 0 where the frame did not say it, as live frames do not
 * @param envelope without trace context: readers get only {@code traceId}
 * @param chain running hash up to this event, as the server said it
 * @param data the writer's JSON, byte for byte
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared or changed
public record ChannelEvent(
    String channel,
    int epoch,
    long seq,
    Envelope envelope,
    @Nullable String traceId,
    long chain,
    byte[] data) {

  /** The data as text. */
  public String dataText() {
    return new String(data, StandardCharsets.UTF_8);
  }

  /** Whether the chain is what the chain before it and this event's content make. */
  public boolean follows(long previousChain) {
    return Chain.next(previousChain, envelope, data) == chain;
  }

  /** The same event of a known epoch. */
  public ChannelEvent in(int knownEpoch) {
    return new ChannelEvent(channel, knownEpoch, seq, envelope, traceId, chain, data);
  }
}
