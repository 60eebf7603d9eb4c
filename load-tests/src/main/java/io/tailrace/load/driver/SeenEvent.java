package io.tailrace.load.driver;

import io.tailrace.load.oracle.Reference;
import io.tailrace.load.oracle.Sighting;
import io.tailrace.load.oracle.Via;
import io.tailrace.schemas.event.Envelope;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event as it came over the wire, its data as the bytes that came.
 *
 * @param channel the name inside the tenant, or null where the surrounding answer names it
 */
public record SeenEvent(
    @Nullable String channel, long seq, Envelope envelope, long chain, byte[] data) {

  /** The form in which the oracle compares it. */
  public Sighting sighting(Via via) {
    return new Sighting(
        seq, UUID.fromString(envelope.id()), chain, Reference.contentOf(envelope, data), via);
  }
}
