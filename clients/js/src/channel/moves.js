import { advance, emptyLedger, judge, rollBack } from '../apply/ledger.js';

/** Moves that the parts of the channel's core share: how events are applied, and how a channel recovers. */

/** Times the same event may contradict the held chain: subscribe again, then reload everything, then give up. */
const FORKS_MAX = 3;

/** Problems that no waiting mends. Everything else is tried again. */
export const FINAL_CODES = new Set([
  'bad_request',
  'forbidden',
  'origin_refused',
  'not_found',
  'method_not_allowed',
  'too_large',
  'not_available',
  'version',
]);

export const stay = (state) => ({ state, effects: [] });
export const isEnded = (state) => state.phase === 'refused' || state.phase === 'revoked' || state.phase === 'left';
export const isSubscribed = (state) =>
  state.phase === 'live' || state.phase === 'replaying' || state.phase === 'catchingUp';

/** Nothing under way any more: answers still to come find another `ref` or `request`. */
export function idle(state) {
  return {
    ...state,
    phase: 'idle',
    ref: 0,
    moving: 0,
    request: 0,
    asking: false,
    catchUp: null,
    snapshot: null,
    buffer: [],
    overflowed: false,
  };
}

/** The one way to recover. The attempts count until an event was applied, so a loop without progress slows down. */
export function joinAgain(state, before = [], retryAfterMs = 0) {
  return {
    state: { ...idle(state), joins: state.joins + 1 },
    effects: [...before, { do: 'join', attempt: state.joins, retryAfterMs }],
  };
}

export function refuse(state, problem, before = []) {
  return { state: { ...idle(state), phase: 'refused', problem }, effects: before };
}

export function seeHead(state, epoch, head) {
  return { ...state, head: epoch === state.ledger.epoch ? Math.max(state.head, head) : head };
}

/**
 * Applies events in order, once each, as far as they follow. `stopped` names why the rest was left.
 */
export function apply(state, events, via) {
  let { ledger } = state;
  const applied = [];
  let stopped = null;
  for (const event of events) {
    const verdict = judge(ledger, event);
    if (verdict === 'next') {
      ledger = advance(ledger, event);
      applied.push(event);
    } else if (verdict !== 'seen') {
      stopped = { verdict, seq: event.seq };
      break;
    }
  }
  if (applied.length === 0) {
    return { state, effects: [], stopped };
  }
  const fork = state.fork !== null && ledger.seq >= state.fork.seq ? null : state.fork;
  const next = seeHead({ ...state, ledger, fork, joins: 0 }, ledger.epoch, ledger.seq);
  return { state: next, effects: [{ do: 'deliver', events: applied, via }], stopped };
}

export function recover(state, { verdict, seq }, effects) {
  if (verdict === 'gap') {
    return joinAgain(state, effects);
  }
  const times = (state.fork?.seq === seq ? state.fork.times : 0) + 1;
  const forked = { ...state, fork: { seq, times } };
  if (times === 1) {
    // the gateway compares the chain sent with the subscribe: a reset will tell where the histories part
    return joinAgain(forked, effects);
  }
  if (times < FORKS_MAX) {
    return voidAbove(forked, state.ledger.epoch, 0, effects);
  }
  const detail = `The event ${seq} contradicts the history before it, also after a reload.`;
  return refuse(forked, { code: 'history_differs', detail }, effects);
}

export function voidAbove(state, epoch, after, before) {
  const kept = rollBack(state.ledger, epoch, after);
  const ledger = kept ?? emptyLedger(epoch);
  const lost = kept === null || kept.seq < state.ledger.seq;
  const effects = lost ? [...before, { do: 'void', epoch, after: ledger.seq }] : before;
  // who only wanted what comes, and has lost its place, begins at the head again
  const placed = kept === null ? !state.fromNow : state.placed;
  return joinAgain({ ...state, ledger, placed, head: ledger.seq }, effects);
}
