package io.tailrace.schemas.trace;

import org.jspecify.annotations.Nullable;

/** A hop of an event's way; each one's span is the child of the one before. */
public enum Hop {
  /** From the first try of a write over HTTP to its commit. */
  WRITE("write", null),
  /** From the commit to Kafka's acknowledgement. */
  RELAY("relay", WRITE),
  /** While the sequencer gives it its seq; the transaction around it may still be open. */
  SEQUENCE("sequence", RELAY),
  /**
   * From when a gateway read it until one of its threads has written it to those of its sockets
   * that take it: one span for each thread whose connections follow the channel.
   */
  PUSH("push", SEQUENCE);

  private final String word;
  private final @Nullable Hop before;

  Hop(String word, @Nullable Hop before) {
    this.word = word;
    this.before = before;
  }

  /** The span's name. */
  public String word() {
    return word;
  }

  /** The hop before; null for the first, whose parent is what the traceparent names. */
  @Nullable Hop before() {
    return before;
  }
}
