package io.tailrace.sequencer.store;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * An event as the store keeps it: its JSON as history shows it, and what the store itself needs of
 * it. Encoded once when it is stored; reading is copying.
 *
 * <p>Value of an event: chain (8 bytes), commit time (8), flags (1), JSON. Value of an entity:
 * epoch (4), seq (8), then the same.
 *
 * @param json one JSON object, as {@code EventJson.append} writes it
 * @param committedMs commit time, milliseconds since 1970
 * @param hasEntity whether the event is the state of an entity
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared or changed
public record StoredEvent(
    int epoch, long seq, long chain, long committedMs, boolean hasEntity, byte[] json) {
  private static final int FIXED = 8 + 8 + 1;
  private static final int ENTITY_FIXED = 4 + 8;

  byte[] encode() {
    return body(ByteBuffer.allocate(FIXED + json.length)).array();
  }

  byte[] encodeEntity() {
    ByteBuffer out = ByteBuffer.allocate(ENTITY_FIXED + FIXED + json.length);
    return body(out.putInt(epoch).putLong(seq)).array();
  }

  private ByteBuffer body(ByteBuffer out) {
    return out.putLong(chain).putLong(committedMs).put((byte) (hasEntity ? 1 : 0)).put(json);
  }

  static StoredEvent decode(int epoch, long seq, byte[] value) {
    return decode(epoch, seq, value, 0);
  }

  static StoredEvent decodeEntity(byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(value);
    return decode(in.getInt(), in.getLong(), value, ENTITY_FIXED);
  }

  /** The chain alone, without copying the JSON. */
  static long chainOf(byte[] value) {
    return ByteBuffer.wrap(value).getLong();
  }

  /** The commit time alone. */
  static long committedMsOf(byte[] value) {
    return ByteBuffer.wrap(value).getLong(8);
  }

  /** The seq of an entity's latest event, without copying the JSON. */
  static long entitySeqOf(byte[] value) {
    return ByteBuffer.wrap(value).getLong(4);
  }

  private static StoredEvent decode(int epoch, long seq, byte[] value, int at) {
    ByteBuffer in = ByteBuffer.wrap(value, at, value.length - at);
    long chain = in.getLong();
    long committedMs = in.getLong();
    boolean hasEntity = in.get() != 0;
    return new StoredEvent(
        epoch,
        seq,
        chain,
        committedMs,
        hasEntity,
        Arrays.copyOfRange(value, at + FIXED, value.length));
  }
}
