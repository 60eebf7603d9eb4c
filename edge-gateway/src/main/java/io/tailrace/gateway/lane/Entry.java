package io.tailrace.gateway.lane;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What waits in a line: a view of bytes, and the links of the line and of its index, so that a
 * queue allocates nothing else for it.
 */
final class Entry {
  final Lane lane;

  /** The {@link Subject}, the owner of events, or what marks an answer. */
  final Object about;

  /** The seq before its first event. */
  final long after;

  final boolean answer;
  ByteBuffer rest;
  @Nullable Shared shared;
  int cost;
  @Nullable Entry before;
  @Nullable Entry next;
  @Nullable Entry sameHash;

  Entry(
      Lane lane,
      Object about,
      long after,
      boolean answer,
      ByteBuffer rest,
      @Nullable Shared shared) {
    this.lane = lane;
    this.about = about;
    this.after = after;
    this.answer = answer;
    this.rest = rest;
    this.shared = shared;
    this.cost = rest.remaining() + SendQueue.ENTRY_BYTES;
  }

  @Nullable Subject subject() {
    return about instanceof Subject subject ? subject : null;
  }
}
