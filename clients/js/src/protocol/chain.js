import { murmur3 } from './murmur3.js';

/**
 * The chain: a 64-bit running hash over a channel's events. Two parties with the same (epoch, seq, chain) hold the
 * same history. Written as 16 lower-case hex digits; a chain is a string everywhere outside this file.
 */

const encoder = new TextEncoder();
const PREVIOUS_BYTES = 8;
/** Grows to the largest event seen and is used again: hashing is synchronous, so one buffer serves everybody. */
let buffer = new Uint8Array(4096);

const hex = (word) => word.toString(16).padStart(8, '0');

/**
 * The chain before the first event of an epoch.
 * @param {number} epoch
 */
export function chainStart(epoch) {
  return hex(Math.floor(epoch / 0x100000000)) + hex(epoch >>> 0);
}

/**
 * The chain after `event`, given the chain before it.
 * @param {string} previous 16 hex digits
 * @param {{id: string, type: string, entity?: string, author?: string, time: string, raw: string}} event `raw` is the
 *     text of `data` exactly as it was written: parsed and printed again it could differ
 * @returns {string} 16 hex digits
 */
export function chainNext(previous, event) {
  const text = `${event.id}\0${event.type}\0${event.entity ?? ''}\0${event.author ?? ''}\0${event.time}\0${event.raw}`;
  // a UTF-16 unit takes at most three bytes in UTF-8
  const most = PREVIOUS_BYTES + text.length * 3;
  if (buffer.length < most) {
    buffer = new Uint8Array(most);
  }
  const view = new DataView(buffer.buffer);
  view.setUint32(0, Number.parseInt(previous.slice(8), 16), true);
  view.setUint32(4, Number.parseInt(previous.slice(0, 8), 16), true);
  const { written } = encoder.encodeInto(text, buffer.subarray(PREVIOUS_BYTES));
  const hash = murmur3(buffer, PREVIOUS_BYTES + written);
  return hex(hash.high) + hex(hash.low);
}
