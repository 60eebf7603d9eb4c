/**
 * A second, slow MurmurHash3 x86_128, written from the algorithm's description with BigInt and tables instead of
 * unrolled 32-bit arithmetic, so that a slip in one is no slip in both.
 */
const MASK = 0xffffffffn;
const C = [0x239b961bn, 0xab0e9789n, 0x38b34ae5n, 0xa1e38b93n];
const KEY_ROTATION = [15n, 16n, 17n, 18n];
const STATE_ROTATION = [19n, 17n, 15n, 13n];
const ADDEND = [0x561ccd1bn, 0x0bcaa747n, 0x96cd1c35n, 0x32ac3b17n];

const rotl = (x, r) => ((x << r) | (x >> (32n - r))) & MASK;
const scramble = (k, i) => (rotl((k * C[i]) & MASK, KEY_ROTATION[i]) * C[(i + 1) % 4]) & MASK;
const word = (bytes, at) => [3, 2, 1, 0].reduce((w, i) => (w << 8n) | BigInt(bytes[at + i] ?? 0), 0n);
const final = (h) => {
  h = ((h ^ (h >> 16n)) * 0x85ebca6bn) & MASK;
  h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) & MASK;
  return h ^ (h >> 16n);
};

/** @returns {string} the first two words of the hash, eight hex digits each */
export function murmur3x86of128(bytes) {
  let h = [0n, 0n, 0n, 0n];
  const whole = bytes.length - (bytes.length % 16);
  for (let at = 0; at < whole; at += 16) {
    for (let i = 0; i < 4; i++) {
      h[i] ^= scramble(word(bytes, at + 4 * i), i);
      h[i] = ((rotl(h[i], STATE_ROTATION[i]) + h[(i + 1) % 4]) * 5n + ADDEND[i]) & MASK;
    }
  }
  h = h.map((one, i) => one ^ scramble(word(bytes, whole + 4 * i), i) ^ BigInt(bytes.length));
  const total = () => h.reduce((sum, one) => (sum + one) & MASK, 0n);
  const spread = () => {
    h[0] = total();
    h = h.map((one, i) => (i === 0 ? one : (one + h[0]) & MASK));
  };
  spread();
  h = h.map(final);
  spread();
  return [h[0], h[1]].map((one) => one.toString(16).padStart(8, '0')).join('');
}
