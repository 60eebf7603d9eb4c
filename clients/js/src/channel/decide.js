import { emptyLedger, ledgerAt } from '../apply/ledger.js';
import { NEAR_MAX, catchUpBy, onContract, onPage, onReadFailed, onSnapshotPage } from './catch-up.js';
import { FINAL_CODES, apply, idle, isEnded, isSubscribed, joinAgain, recover, refuse, seeHead, stay, voidAbove } from './moves.js';

/**
 * The state machine of one followed channel: pure, without I/O, clock or randomness. Its shell
 * (`follower.js`) carries out the effects and feeds back what happened.
 *
 *                  join                  subscribed                       applied = head
 *     idle ───────────────► joining ───────────────────► replaying ─────────────────────────► live
 *      ▲                       │  │       subscribed with catchUp                                ▲
 *      │                       │  └───────────────────► catchingUp ── pages read, buffer drained ┘
 *      │                       │ error, not to be retried      │
 *      │                       └────────► refused ◄────────────┘ (also: histories differ)
 *      └── disconnected, behind, gap, reset, full buffer, 504: the one way to recover is to subscribe
 *          again with what was applied.          revoked frame: ► revoked (from anywhere but idle)
 *
 * Rules that the executable model showed to be needed: an answer completes only the subscribe that asked (`ref`);
 * live frames wait in a bounded buffer while history is read; events are dropped by seq; an epoch's head never goes
 * back; a lower epoch is never followed.
 *
 * Inputs, by `on`:
 * `join {ref}` the connection is up: subscribe under this ref. `move {ref}` another connection is up beside the one in
 * use: subscribe there too, and go on with what the old one sends until the new one has answered.
 * `frame {frame}` from the gateway. `contract {request, snapshotAfter}`, `page {request, page}`,
 * `snapshotPage {request, page}`, `readFailed {request, problem}` answers to reads.
 * `unanswered {ref}` no answer to the subscribe in time. `disconnected`. `again` leave refused or revoked. `leave`.
 *
 * Effects, by `do`:
 * `join {attempt, retryAfterMs}` feed a `join`: after a back-off if attempt > 0, and not before what the server asked
 * for. `subscribe {ref, after?, epoch?, chain?}`. `unsubscribe`.
 * `read {request, after, minSeq, epoch, attempt, retryAfterMs}`, `readSnapshot {request, cursor, …}`,
 * `readContract {request, …}`.
 * `deliver {events, via}` these events are now applied. `entities {entities, seq}` a part of a snapshot.
 * `void {epoch, after}` what is held above `after` is void. `skip {after}` the view begins above `after`.
 */

/** Live events kept while history is read. A channel busier than that is subscribed to again afterwards. */
export const BUFFER_MAX = 1024;
/**
 * @param {'start' | 'now' | {epoch: number, seq: number, chain: string, base?: number}} from where to begin: everything, only what
 *     comes, or after a place that was saved; `base` where entities stand in for what is at or below it
 * @param {{bufferMax?: number, nearMax?: number, snapshots?: boolean}} rules `snapshots`: the application can take the
 *     latest event of every entity in place of all events
 */
export function initialState(from = 'start', { bufferMax = BUFFER_MAX, nearMax = NEAR_MAX, snapshots = true } = {}) {
  const saved = typeof from === 'object';
  return {
    phase: 'idle',
    bufferMax,
    nearMax,
    snapshots,
    /** More missed events than this: the snapshot. Null: never, undefined: not asked yet. */
    snapshotAfter: undefined,
    /** Begin at the head rather than at the start whenever nothing is held. */
    fromNow: from === 'now',
    /** The number of the current epoch's beginning is known and `ledger.seq` counts. */
    placed: from !== 'now',
    ledger: saved ? savedLedger(from) : emptyLedger(),
    head: 0,
    ref: 0,
    /** The ref of a subscribe on another connection, under way while this one goes on; 0: none. */
    moving: 0,
    request: 0,
    reads: 0,
    joins: 0,
    catchUp: null,
    snapshot: null,
    /** Pages of a snapshot were given out that was never completed: they are void. */
    partial: false,
    /** The contract is being asked for. */
    asking: false,
    buffer: [],
    overflowed: false,
    fork: null,
    problem: null,
  };
}

function savedLedger({ epoch, seq, chain, base, trail }) {
  const ledger = ledgerAt(epoch, seq, chain, base);
  return trail === undefined ? ledger : { ...ledger, trail };
}

/**
 * @returns {{state: ReturnType<typeof initialState>, effects: object[]}}
 */
export function decide(state, input) {
  switch (input.on) {
    case 'join':
      return state.phase === 'idle' ? join(state, input.ref) : stay(state);
    case 'move':
      return move(state, input.ref);
    case 'frame':
      return onFrame(state, input.frame);
    case 'contract':
      return input.request === state.request ? onContract(state, input.snapshotAfter) : stay(state);
    case 'page':
      return input.request === state.request ? onPage(state, input.page) : stay(state);
    case 'snapshotPage':
      return input.request === state.request ? onSnapshotPage(state, input.page) : stay(state);
    case 'readFailed':
      return input.request === state.request ? onReadFailed(state, input.problem) : stay(state);
    case 'unanswered':
      return isAnswer(state, input.ref) ? joinAgain(state) : stay(state);
    case 'disconnected':
      return isEnded(state) ? stay(state) : stay(idle({ ...state, joins: 0 }));
    case 'again':
      return isEnded(state) ? joinAgain({ ...state, problem: null, fork: null, joins: 0 }) : stay(state);
    case 'leave':
      return {
        state: { ...idle(state), phase: 'left' },
        effects: isSubscribed(state) || state.phase === 'joining' ? [{ do: 'unsubscribe' }] : [],
      };
    default:
      throw new TypeError(`no such input: ${input.on}`);
  }
}

/** An answer counts only for the latest subscribe. */
const isAnswer = (state, ref) =>
  (state.phase === 'joining' && ref === state.ref) || (state.moving !== 0 && ref === state.moving);

function join(state, ref) {
  return { state: { ...state, phase: 'joining', ref }, effects: [want(state, ref)] };
}

function move(state, ref) {
  if (isEnded(state)) {
    return stay(state);
  }
  return isSubscribed(state)
    ? { state: { ...state, moving: ref }, effects: [want(state, ref)] }
    : join(idle(state), ref);
}

function want(state, ref) {
  const { epoch, seq, chain } = state.ledger;
  const want = { do: 'subscribe', ref };
  if (state.placed) {
    want.after = seq;
    if (epoch !== 0) {
      want.epoch = epoch;
    }
    if (chain !== null && seq > 0) {
      want.chain = chain;
    }
  }
  return want;
}

function onFrame(state, frame) {
  switch (frame.t) {
    case 'subscribed':
      return isAnswer(state, frame.ref) ? onSubscribed(state, frame) : stay(state);
    case 'event':
      return onEvent(state, frame);
    case 'behind':
      return isSubscribed(state) ? joinAgain(state) : stay(state);
    case 'reset':
      return onReset(state, frame);
    case 'revoked':
      return state.phase === 'idle' || isEnded(state)
        ? stay(state)
        : stay({ ...idle(state), phase: 'revoked', problem: { code: 'revoked', detail: 'No longer a member.' } });
    case 'error':
      return isAnswer(state, frame.ref) ? onError(state, frame) : stay(state);
    default:
      // a frame of a lane that this client does not follow
      return stay(state);
  }
}

function onError(state, { code, detail, retryAfterMs }) {
  const problem = { code, detail };
  return FINAL_CODES.has(code) ? refuse(state, problem) : joinAgain({ ...state, problem }, [], retryAfterMs);
}

function onSubscribed(state, frame) {
  if (frame.epoch < state.ledger.epoch) {
    return joinAgain(state);
  }
  const otherEpoch = state.ledger.epoch !== frame.epoch;
  const effects = [];
  let next = { ...idle(state), problem: null, partial: false };
  if (state.partial || (otherEpoch && state.ledger.epoch !== 0)) {
    effects.push({ do: 'void', epoch: frame.epoch, after: 0 });
  }
  if (otherEpoch) {
    next = { ...next, head: 0, fork: null, ledger: emptyLedger(frame.epoch) };
  }
  next = seeHead(next, frame.epoch, frame.head);
  if (!next.placed || frame.after > next.ledger.seq) {
    if (next.placed) {
      effects.push({ do: 'skip', after: frame.after });
    }
    next = { ...next, placed: true, ledger: ledgerAt(frame.epoch, frame.after, null) };
  }
  const after = next.ledger.seq;
  if (frame.catchUp && frame.catchUp.to > after) {
    const catchUp = { after, to: frame.catchUp.to, via: 'history' };
    return catchUpBy({ ...next, phase: 'catchingUp', catchUp }, effects);
  }
  if (frame.head > after) {
    return { state: { ...next, phase: 'replaying', catchUp: { after, to: frame.head, via: 'replay' } }, effects };
  }
  return { state: { ...next, phase: 'live', catchUp: null }, effects };
}

function onEvent(state, event) {
  if (state.phase === 'catchingUp') {
    return state.buffer.length < state.bufferMax
      ? stay({ ...state, buffer: [...state.buffer, event] })
      : stay({ ...state, overflowed: true });
  }
  if (state.phase !== 'live' && state.phase !== 'replaying') {
    return stay(state);
  }
  const via = state.phase === 'replaying' ? 'replay' : 'live';
  const { state: next, effects, stopped } = apply(state, [event], via);
  if (stopped !== null) {
    return recover(next, stopped, effects);
  }
  const caughtUp = next.phase === 'replaying' && next.ledger.seq >= next.catchUp.to;
  return { state: caughtUp ? { ...next, phase: 'live', catchUp: null } : next, effects };
}

function onReset(state, frame) {
  if (isEnded(state) || frame.epoch < state.ledger.epoch) {
    return stay(state);
  }
  // the server itself has said what was wrong: what contradicted before does not count any more
  return voidAbove({ ...state, fork: null }, frame.epoch, frame.after, []);
}
