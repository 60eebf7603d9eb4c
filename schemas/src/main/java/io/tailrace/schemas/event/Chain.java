package io.tailrace.schemas.event;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The chain: a running hash over a channel's events. Two parties with the same (epoch, seq, chain)
 * hold the same history.
 *
 * <p>Definition: the chain before the first event of an epoch is the epoch's number. The chain at
 * an event is MurmurHash3_x86_128 with seed 0, its first eight bytes read as a little-endian
 * number, of these bytes: the previous chain as eight bytes little-endian, then the UTF-8 of id,
 * NUL, type, NUL, entity (empty where there is none), NUL, author (empty where there is none), NUL,
 * time, NUL, then the bytes of data as written. It is shown as 16 lower-case hexadecimal digits,
 * most significant first. Test vectors: {@code clients/conformance/chain.json}.
 */
public final class Chain {
  private static final HexFormat HEX = HexFormat.of();

  private Chain() {}

  /** The chain before the first event of an epoch. */
  public static long start(int epoch) {
    return epoch;
  }

  /** The chain at an event, from the chain before it. */
  public static long next(long previous, Envelope envelope, byte[] data) {
    byte[] id = utf8(envelope.id());
    byte[] type = utf8(envelope.type());
    byte[] entity = utf8(envelope.entity());
    byte[] author = utf8(envelope.author());
    byte[] time = utf8(envelope.time());
    int length =
        8 + id.length + type.length + entity.length + author.length + time.length + 5 + data.length;
    byte[] key = new byte[length];
    for (int i = 0; i < 8; i++) {
      key[i] = (byte) (previous >>> (8 * i));
    }
    int at = put(key, 8, id);
    at = put(key, at, type);
    at = put(key, at, entity);
    at = put(key, at, author);
    at = put(key, at, time);
    System.arraycopy(data, 0, key, at, data.length);
    return Murmur3.hash64(key, length);
  }

  /** Sixteen lower-case hexadecimal digits. */
  public static String hex(long chain) {
    return HEX.toHexDigits(chain);
  }

  /**
   * Reads sixteen hexadecimal digits.
   *
   * @throws IllegalArgumentException where the text is anything else
   */
  public static long parse(String hex) {
    if (hex.length() != 16) {
      throw new IllegalArgumentException("a chain has 16 hexadecimal digits");
    }
    return HexFormat.fromHexDigitsToLong(hex);
  }

  /** Copies the bytes and leaves one NUL behind them; returns where the next field begins. */
  private static int put(byte[] key, int at, byte[] field) {
    System.arraycopy(field, 0, key, at, field.length);
    return at + field.length + 1;
  }

  private static byte[] utf8(@Nullable String text) {
    return text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
  }
}
