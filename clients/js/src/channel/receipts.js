/**
 * Receipts of one channel: how far everybody has read. Pure: what was shown of all readers, and what is to be said of
 * this one. The highest of an epoch counts, whatever comes in whatever order; a later epoch voids what was of an
 * earlier one.
 *
 *   read ──► said, at a pace ──► shown with this reader's name: kept
 *             ▲                │
 *             └── not shown ◄──┘ after growing pauses, and at once in the next subscription
 */

/** Readers that are remembered; of more, those go that have not moved for longest. */
export const READERS_MAX = 1000;
/** Between two receipts of a reader who goes on; the furthest of what was read meanwhile is said. */
const PACE_MS = 500;
/** How long one may take to be shown before it is said again: this the first time, doubled each time after that. */
const AGAIN_MS = 5000;
const AGAIN_MS_MAX = 60_000;

/** Nothing was shown and nothing read. `own` is the place of `user` that is kept; `wanted` the one that is to be. */
export const UNREAD = Object.freeze({
  epoch: 0,
  places: new Map(),
  user: null,
  own: 0,
  wanted: 0,
  isLive: false,
  isRefused: false,
  said: 0,
  paceAtMs: -Infinity,
  againAtMs: 0,
  againMs: AGAIN_MS,
});

/** The user has read up to there. */
export function read(state, epoch, seq) {
  const base = inEpoch(state, epoch);
  return base.epoch === epoch && seq > base.wanted ? { ...base, wanted: seq } : state;
}

/** A subscription has gone live over which receipts can be said; `applied` is the last event that is held. */
export function live(state, { epoch, applied, user }) {
  const base = inEpoch(state, epoch);
  const own = base.user === user ? base.own : (base.places.get(user) ?? 0);
  // what was void meanwhile was not read after all
  return { ...base, user, own, wanted: Math.min(base.wanted, applied), isLive: true, isRefused: false, said: 0 };
}

/** It has ended. */
export function lost(state) {
  return state.isLive ? { ...state, isLive: false } : state;
}

/**
 * Places of readers, from a `receipt` frame or over HTTP. The same object where nothing is new.
 * @param {{epoch: number, read: Record<string, number>}} told
 */
export function shown(state, told) {
  const base = inEpoch(state, told.epoch);
  if (base.epoch !== told.epoch) {
    return state;
  }
  const further = Object.entries(told.read).filter(([user, seq]) => seq > (base.places.get(user) ?? -1));
  if (further.length === 0) {
    return base;
  }
  const places = new Map(base.places);
  let { own } = base;
  for (const [user, seq] of further) {
    // behind all others: the first are those that have not moved for longest
    places.delete(user);
    places.set(user, seq);
    own = user === base.user ? Math.max(own, seq) : own;
  }
  for (const user of places.keys()) {
    if (places.size <= READERS_MAX) {
      break;
    }
    places.delete(user);
  }
  return { ...base, places, own };
}

/** What was said in the channel was refused: one that is owed is said again later, or not over this subscription. */
export function refused(state, { code, retryAfterMs }, nowMs) {
  if (!isOwed(state) || state.said === 0) {
    return state;
  }
  if (retryAfterMs !== undefined) {
    return { ...state, paceAtMs: nowMs + retryAfterMs, againAtMs: nowMs + retryAfterMs };
  }
  return code === 'not_available' ? { ...state, isRefused: true } : state;
}

/**
 * Something has happened, or time has passed.
 * @returns {{state: object, say: number | null}} the seq that is to be said now
 */
export function goOn(state, nowMs) {
  const at = nextTurn(state);
  if (at === null || nowMs < at) {
    return { state, say: null };
  }
  const { wanted } = state;
  const againMs = wanted === state.said ? Math.min(2 * state.againMs, AGAIN_MS_MAX) : AGAIN_MS;
  return { state: { ...state, said: wanted, paceAtMs: nowMs + PACE_MS, againMs, againAtMs: nowMs + againMs }, say: wanted };
}

/** When something is to be said; null where everything is kept or nothing can be said. */
export function nextTurn(state) {
  if (!isOwed(state)) {
    return null;
  }
  return state.wanted === state.said ? state.againAtMs : state.paceAtMs;
}

const isOwed = ({ isLive, isRefused, wanted, own }) => isLive && !isRefused && wanted > own;

/** In a later epoch; the same in an earlier one. */
function inEpoch(state, epoch) {
  return epoch > state.epoch ? { ...state, epoch, places: UNREAD.places, own: 0, wanted: 0, said: 0 } : state;
}
