/** First delay's upper bound. A single drop should cost a person nothing noticeable. */
export const BACKOFF_BASE_MS = 250;
/** Upper bound of every delay: a client that was away for long is back within this after the server is. */
export const BACKOFF_CAP_MS = 15_000;

/**
 * Capped exponential back-off with full jitter: anywhere between nothing and the bound, so that clients cut at the
 * same moment do not come back at the same moment.
 * @param {number} attempt 0, 1, 2 …
 * @param {number} random in [0, 1)
 * @param {number} floorMs what the server asked for; the jitter comes on top
 */
export function backoffMs(attempt, random, floorMs = 0) {
  const bound = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(attempt, 30));
  return floorMs + random * bound;
}
