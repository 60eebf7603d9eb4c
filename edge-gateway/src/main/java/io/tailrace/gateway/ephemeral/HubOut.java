package io.tailrace.gateway.ephemeral;

import org.jspecify.annotations.Nullable;

/** Where a desk puts what it has decided; carried out after the call, in this order. */
public interface HubOut {
  /**
   * Writes a record to the desk's topic. Never waits.
   *
   * @param value null deletes the key
   */
  void write(String key, byte @Nullable [] value);

  /** Shows a frame to subscribers on this gateway. */
  void show(EphemeralFrame frame);
}
