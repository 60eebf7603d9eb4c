/**
 * Which transport is used next. All functions are pure.
 *
 * A transport that has carried an answer is kept, however often it is cut. One that fails before it has carried
 * anything is tried once more (the best one) or not (the others), then the next one is: proxies that swallow upgrades,
 * or hold back event streams, do so always. After the last one the best comes again: maybe the server was away.
 */

/** Failures of the best transport in a row, without anything carried, before the next one is tried. */
const BEST_FAILURES_MAX = 2;
/** How long a lesser transport is used before the best is tried beside it; doubled at each failure, up to the cap. */
const UPGRADE_BASE_MS = 30_000;
const UPGRADE_CAP_MS = 600_000;

/**
 * The state after its link has failed.
 * @param {{code?: number, retryAfterMs?: number}} how a code above 4000, or a named wait, came from the server itself:
 *     then the transport works
 */
export function afterFailure(state, { code = 0, retryAfterMs = 0 }, { transports }) {
  if (state.isProven || code >= 4000 || retryAfterMs > 0 || state.link === 0) {
    return state;
  }
  const failures = state.failures + 1;
  const most = state.transport === 0 ? BEST_FAILURES_MAX : 1;
  return failures < most
    ? { ...state, failures }
    : { ...state, failures: 0, transport: (state.transport + 1) % transports.length };
}

/** @param {number} upgrades failed tries to get back to the best transport */
export function upgradeIn(upgrades) {
  return Math.min(UPGRADE_CAP_MS, UPGRADE_BASE_MS * 2 ** Math.min(upgrades, 20));
}
