import { parseTime } from '../protocol/time.js';
import { after, earlier } from './deadlines.js';

/** What an open connection says of itself now and then: pings, and a new token in time. All functions are pure. */

/** An answer to a ping later than this means the end where there was a reason to doubt the connection already. */
const PROBE_MS = 4_000;
/** A new token is sent this long before the old one runs out, or halfway where tokens live shorter than twice that. */
const RENEW_BEFORE_MS = 30_000;

export function ping(state, waitMs, nowMs) {
  const asked = earlier({ ...state, awaitingPong: true }, 'pong', waitMs, nowMs);
  return { state: asked, effects: [{ do: 'send', link: state.link, frame: { t: 'ping' } }] };
}

export const probe = (state, nowMs) => ping(state, PROBE_MS, nowMs);

/** @param {string} exp when the token ends, RFC 3339 */
export function renewal(state, exp, serverNowMs, nowMs) {
  const leftMs = parseTime(exp) - serverNowMs;
  const known = { ...state, expMs: nowMs + leftMs };
  return after(known, 'renew', Math.max(leftMs - RENEW_BEFORE_MS, leftMs / 2, 1000), nowMs);
}
