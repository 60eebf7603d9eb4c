/**
 * Signals (typing, cursors) of one channel. Pure: what others say, until it expires, and what is said here, no faster
 * than the contract allows. Of what is too fast the latest of each type waits for its turn.
 */

/** What is shown at once; of more, the oldest go. */
export const SHOWN_MAX = 1000;
/** Types that wait for their turn. */
export const HELD_MAX = 16;

/** Nobody says anything. */
export const SILENCE = Object.freeze([]);

/**
 * Somebody says something: it takes the place of what they said before with that type.
 * @param {readonly object[]} shown
 * @param {object} frame a `signal` frame
 * @returns {readonly object[]} see `Signal` in index.d.ts
 */
export function hear(shown, { user, device, type, data, ttlMs }, nowMs) {
  const others = expire(shown, nowMs).filter((one) => one.user !== user || one.type !== type);
  return [...others.slice(-(SHOWN_MAX - 1)), { user, device, type, data, untilMs: nowMs + ttlMs }];
}

/** What has not expired; the same object where nothing has. */
export function expire(shown, nowMs) {
  return shown.some(({ untilMs }) => untilMs <= nowMs) ? shown.filter(({ untilMs }) => untilMs > nowMs) : shown;
}

/** When the next one expires; null where there is none. */
export function nextExpiry(shown) {
  return shown.length === 0 ? null : Math.min(...shown.map(({ untilMs }) => untilMs));
}

/** Nothing has been said yet, so a second's worth may be said at once. */
export function unhurried(nowMs, perSecond) {
  return { perSecond, tokens: perSecond, filledMs: nowMs, held: [] };
}

/** The contract says another rate. */
export function pacedAt(pace, perSecond) {
  return { ...pace, perSecond, tokens: Math.min(pace.tokens, perSecond) };
}

/**
 * Something is to be said.
 * @returns {{pace: object, send: object[]}} what goes out now
 */
export function say(pace, type, data, nowMs) {
  const held = pace.held.filter((one) => one.type !== type);
  return goOn({ ...pace, held: [...held, { type, data }].slice(-HELD_MAX) }, nowMs);
}

/** Time has passed: what goes out now of what waits. */
export function goOn(pace, nowMs) {
  const passed = Math.max(0, nowMs - pace.filledMs);
  const tokens = Math.min(pace.perSecond, pace.tokens + (passed * pace.perSecond) / 1000);
  const count = Math.min(pace.held.length, Math.floor(tokens + 1e-9));
  return {
    pace: { ...pace, tokens: tokens - count, filledMs: nowMs, held: pace.held.slice(count) },
    send: pace.held.slice(0, count),
  };
}

/** When something that waits may go out; null where nothing waits. */
export function nextTurn(pace) {
  const missing = Math.max(0, 1 - pace.tokens);
  return pace.held.length === 0 ? null : pace.filledMs + Math.ceil((missing * 1000) / pace.perSecond);
}
