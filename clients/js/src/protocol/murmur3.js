/**
 * MurmurHash3 x86_128, seed 0, of which only the first 64 bits are kept.
 *
 * Algorithm: Austin Appleby's public-domain MurmurHash3_x86_128. The 32-bit variant was chosen because `Math.imul`
 * makes it cheap in a browser, where 64-bit multiplication would need BigInt.
 */

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

const rotl = (x, r) => (x << r) | (x >>> (32 - r));
const mix = (k, a, r, b) => Math.imul(rotl(Math.imul(k, a), r), b);

function avalanche(h) {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * Hashes `bytes[0..length)`.
 *
 * @param {Uint8Array} bytes
 * @param {number} length
 * @returns {{low: number, high: number}} the first eight bytes of the hash as two unsigned 32-bit words, the first
 *     four bytes in `low` (each word read little-endian)
 */
export function murmur3(bytes, length) {
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const blocksEnd = length & ~15;
  for (let i = 0; i < blocksEnd; i += 16) {
    h1 ^= mix(view.getInt32(i, true), C1, 15, C2);
    h1 = (Math.imul(rotl(h1, 19) + h2, 5) + 0x561ccd1b) | 0;
    h2 ^= mix(view.getInt32(i + 4, true), C2, 16, C3);
    h2 = (Math.imul(rotl(h2, 17) + h3, 5) + 0x0bcaa747) | 0;
    h3 ^= mix(view.getInt32(i + 8, true), C3, 17, C4);
    h3 = (Math.imul(rotl(h3, 15) + h4, 5) + 0x96cd1c35) | 0;
    h4 ^= mix(view.getInt32(i + 12, true), C4, 18, C1);
    h4 = (Math.imul(rotl(h4, 13) + h1, 5) + 0x32ac3b17) | 0;
  }
  const k = [0, 0, 0, 0];
  for (let i = blocksEnd; i < length; i++) {
    k[(i - blocksEnd) >> 2] |= bytes[i] << (8 * (i & 3));
  }
  h1 ^= mix(k[0], C1, 15, C2) ^ length;
  h2 ^= mix(k[1], C2, 16, C3) ^ length;
  h3 ^= mix(k[2], C3, 17, C4) ^ length;
  h4 ^= mix(k[3], C4, 18, C1) ^ length;

  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  h1 = avalanche(h1);
  h2 = avalanche(h2);
  h3 = avalanche(h3);
  h4 = avalanche(h4);
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  return { low: h1 >>> 0, high: h2 >>> 0 };
}
