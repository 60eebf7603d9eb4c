package io.tailrace.schemas.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * MurmurHash3_x86_128 by Austin Appleby (public domain), seed 0, reduced to its first 64 bits.
 *
 * <p>The x86 variant works on 32-bit words only, so a browser computes it with {@code Math.imul} at
 * native speed, where every 64-bit hash would need BigInt. It finds accidents, not attackers.
 */
final class Murmur3 {
  private static final int C1 = 0x239b961b;
  private static final int C2 = 0xab0e9789;
  private static final int C3 = 0x38b34ae5;
  private static final int C4 = 0xa1e38b93;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private Murmur3() {}

  /** Hash of {@code key[0, length)}: word h1 in the low half, word h2 in the high half. */
  static long hash64(byte[] key, int length) {
    int h1 = 0;
    int h2 = 0;
    int h3 = 0;
    int h4 = 0;
    int blocks = length >>> 4;
    for (int i = 0; i < blocks; i++) {
      int at = i << 4;
      h1 ^= Integer.rotateLeft((int) INT.get(key, at) * C1, 15) * C2;
      h1 = (Integer.rotateLeft(h1, 19) + h2) * 5 + 0x561ccd1b;
      h2 ^= Integer.rotateLeft((int) INT.get(key, at + 4) * C2, 16) * C3;
      h2 = (Integer.rotateLeft(h2, 17) + h3) * 5 + 0x0bcaa747;
      h3 ^= Integer.rotateLeft((int) INT.get(key, at + 8) * C3, 17) * C4;
      h3 = (Integer.rotateLeft(h3, 15) + h4) * 5 + 0x96cd1c35;
      h4 ^= Integer.rotateLeft((int) INT.get(key, at + 12) * C4, 18) * C1;
      h4 = (Integer.rotateLeft(h4, 13) + h1) * 5 + 0x32ac3b17;
    }
    int tail = blocks << 4;
    h4 ^= Integer.rotateLeft(word(key, tail + 12, length) * C4, 18) * C1;
    h3 ^= Integer.rotateLeft(word(key, tail + 8, length) * C3, 17) * C4;
    h2 ^= Integer.rotateLeft(word(key, tail + 4, length) * C2, 16) * C3;
    h1 ^= Integer.rotateLeft(word(key, tail, length) * C1, 15) * C2;
    h1 ^= length;
    h2 ^= length;
    h3 ^= length;
    h4 ^= length;
    h1 += h2 + h3 + h4;
    h2 += h1;
    h3 += h1;
    h4 += h1;
    h1 = mix(h1);
    h2 = mix(h2);
    h3 = mix(h3);
    h4 = mix(h4);
    h1 += h2 + h3 + h4;
    h2 += h1;
    return (h1 & 0xffffffffL) | ((long) h2 << 32);
  }

  /**
   * Up to four bytes from {@code at}, little-endian; bytes at or beyond {@code length} are zero.
   */
  private static int word(byte[] key, int at, int length) {
    int word = 0;
    for (int i = Math.min(4, length - at) - 1; i >= 0; i--) {
      word = word << 8 | key[at + i] & 0xff;
    }
    return word;
  }

  private static int mix(int h) {
    h ^= h >>> 16;
    h *= 0x85ebca6b;
    h ^= h >>> 13;
    h *= 0xc2b2ae35;
    return h ^ h >>> 16;
  }
}
