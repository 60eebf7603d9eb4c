package io.tailrace.client;

import java.util.Map;
import java.util.Set;

/**
 * What the gateway does not send over this connection, because it does not keep up: ephemeral
 * frames, such as who is typing, the least important first. Events are never among them.
 *
 * @param ongoing whether frames are being left out; false once the connection has kept up again
 * @param lanes of which frames were left out since all was well: {@code metadata, receipt,
 *     presence, signal}. A list of presence may be out of date until its next whole state
 * @param dropped by lane, how many frames were left out since the connection was opened
 */
public record Shed(boolean ongoing, Set<String> lanes, Map<String, Long> dropped) {
  /** Copies the collections. */
  public Shed {
    lanes = Set.copyOf(lanes);
    dropped = Map.copyOf(dropped);
  }
}
