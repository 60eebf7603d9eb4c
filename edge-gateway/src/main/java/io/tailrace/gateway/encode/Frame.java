package io.tailrace.gateway.encode;

import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.trace.Traced;
import org.jspecify.annotations.Nullable;

/**
 * One event as the wire carries it, made once and shared by every window and every queue.
 *
 * <p>Immutable but for the event-stream form, which is made when first asked for; two threads that
 * ask at once make the same bytes twice, which does no harm.
 */
public final class Frame {
  private final String channel;
  private final int partition;
  private final long offset;
  private final int epoch;
  private final long seq;
  private final long chain;
  private final long commitMicros;
  private final long arrivedMs;
  private final @Nullable MemberChange member;
  private final byte[] webSocket;
  private final @Nullable Traced traced;
  private volatile byte @Nullable [] eventStream;

  /**
   * A frame for one record.
   *
   * @param place where the record stands in Kafka and in its channel
   * @param commitMicros commit time in microseconds since 1970
   * @param arrivedMs when the gateway read it, on its own clock
   * @param member what it says about who belongs to the channel, null for nothing
   * @param json the frame's JSON text, UTF-8
   */
  public Frame(
      Place place, long commitMicros, long arrivedMs, @Nullable MemberChange member, byte[] json) {
    this(place, commitMicros, arrivedMs, member, json, null);
  }

  /**
   * The same.
   *
   * @param traced the event whose hops are told of; null for almost all
   */
  public Frame(
      Place place,
      long commitMicros,
      long arrivedMs,
      @Nullable MemberChange member,
      byte[] json,
      @Nullable Traced traced) {
    this.channel = place.channel();
    this.partition = place.partition();
    this.offset = place.offset();
    this.epoch = place.epoch();
    this.seq = place.seq();
    this.chain = place.chain();
    this.commitMicros = commitMicros;
    this.arrivedMs = arrivedMs;
    this.member = member;
    this.webSocket = WebSocketText.frame(json);
    this.traced = traced;
  }

  /** The event whose hops are told of; null for almost all. */
  public @Nullable Traced traced() {
    return traced;
  }

  /**
   * A record that tells the epoch of its partition and is no event: it belongs to no channel, has
   * seq 0, and no connection is sent it.
   */
  public static Frame mark(int partition, long offset, int epoch, long arrivedMs) {
    return new Frame(
        new Place("", partition, offset, epoch, 0, 0), 0, arrivedMs, null, new byte[0]);
  }

  /** Whether this is no event but a mark. */
  public boolean isMark() {
    return seq == 0;
  }

  /**
   * Where a record stands.
   *
   * @param channel full name, {@code tenant/kind:id}
   */
  public record Place(
      String channel, int partition, long offset, int epoch, long seq, long chain) {}

  /** The full name of the channel. */
  public String channel() {
    return channel;
  }

  /** The partition that it was read from. */
  public int partition() {
    return partition;
  }

  /** Its offset there. */
  public long offset() {
    return offset;
  }

  /** The numbering that its seq belongs to. */
  public int epoch() {
    return epoch;
  }

  /** Its place in the channel. */
  public long seq() {
    return seq;
  }

  /** The channel's chain up to it. */
  public long chain() {
    return chain;
  }

  /** Commit time in microseconds since 1970. */
  public long commitMicros() {
    return commitMicros;
  }

  /** When the gateway read it, on its own clock, in milliseconds. */
  public long arrivedMs() {
    return arrivedMs;
  }

  /** What it says about who belongs to the channel; null for nothing, as almost all. */
  public @Nullable MemberChange member() {
    return member;
  }

  /** The WebSocket frame, header and text. Never changed. */
  public byte[] webSocket() {
    return webSocket;
  }

  /** The event-stream form. Never changed. */
  public byte[] eventStream() {
    byte[] made = eventStream;
    if (made == null) {
      made = EventStreamText.event("event", WebSocketText.payload(webSocket));
      eventStream = made;
    }
    return made;
  }

  /** The form that one kind of connection takes. */
  public byte[] bytes(Wire wire) {
    return switch (wire) {
      case WEB_SOCKET -> webSocket;
      case EVENT_STREAM -> eventStream();
    };
  }
}
