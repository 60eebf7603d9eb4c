/**
 * Deadlines by name in a state's `deadlines`, in milliseconds of the clock that never runs backwards. All functions are
 * pure.
 */

/** The state with `name` due in `ms`. */
export function after(state, name, ms, nowMs) {
  return { ...state, deadlines: { ...state.deadlines, [name]: nowMs + ms } };
}

/** The same, but never later than it already was. */
export function earlier(state, name, ms, nowMs) {
  return after(state, name, Math.min(ms, (state.deadlines[name] ?? Infinity) - nowMs), nowMs);
}

export function without(state, name) {
  if (!(name in state.deadlines)) {
    return state;
  }
  const { [name]: _, ...deadlines } = state.deadlines;
  return { ...state, deadlines };
}

/** @returns {number | null} when the next one is due */
export function nextDueMs(state) {
  const times = Object.values(state.deadlines);
  return times.length === 0 ? null : Math.min(...times);
}

/** @returns {{name: string, lateMs: number} | null} what has been due for longest */
export function dueFirst(state, nowMs) {
  let first = null;
  for (const [name, atMs] of Object.entries(state.deadlines)) {
    if (atMs <= nowMs && (first === null || atMs < state.deadlines[first])) {
      first = name;
    }
  }
  return first === null ? null : { name: first, lateMs: nowMs - state.deadlines[first] };
}

/** How long ago the first deadline was. */
export function lateMs(state, nowMs) {
  const due = nextDueMs(state);
  return due === null ? 0 : Math.max(nowMs - due, 0);
}
