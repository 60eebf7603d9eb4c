import { advance, emptyLedger, judge, ledgerAt, rollBack } from '../apply/ledger.js';

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
 * `join {ref}` the connection is up: subscribe under this ref. `frame {frame}` from the gateway.
 * `page {request, page}`, `snapshotPage {request, page}`, `readFailed {request, problem}` answers to reads.
 * `unanswered {ref}` no answer to the subscribe in time. `disconnected`. `again` leave refused or revoked. `leave`.
 *
 * Effects, by `do`:
 * `join {attempt}` feed a `join`, after a back-off if attempt > 0. `subscribe {ref, after?, epoch?, chain?}`.
 * `unsubscribe`. `read {request, after, minSeq, epoch, attempt, retryAfterMs}`, `readSnapshot {request, cursor, …}`.
 * `deliver {events, via}` these events are now applied. `entities {entities, seq}` a part of a snapshot.
 * `void {epoch, after}` what is held above `after` is void. `skip {after}` the view begins above `after`.
 */

/** Live events kept while history is read. A channel busier than that is subscribed to again afterwards. */
export const BUFFER_MAX = 1024;
/** Times the same event may contradict the held chain: subscribe again, then reload everything, then give up. */
const FORKS_MAX = 3;

/** Problems of a subscribe that no waiting mends. Everything else is tried again. */
const FINAL_CODES = new Set(['bad_request', 'forbidden', 'not_found', 'not_available']);

/**
 * @param {'start' | 'now' | {epoch: number, seq: number, chain: string}} from where to begin: everything, only what
 *     comes, or after a place that was saved
 */
export function initialState(from = 'start') {
  const saved = typeof from === 'object';
  return {
    phase: 'idle',
    /** Begin at the head rather than at the start whenever nothing is held. */
    fromNow: from === 'now',
    /** The number of the current epoch's beginning is known and `ledger.seq` counts. */
    placed: from !== 'now',
    ledger: saved ? ledgerAt(from.epoch, from.seq, from.chain) : emptyLedger(),
    head: 0,
    ref: 0,
    request: 0,
    reads: 0,
    joins: 0,
    catchUp: null,
    snapshot: null,
    /** Pages of a snapshot were given out that was never completed: they are void. */
    partial: false,
    buffer: [],
    overflowed: false,
    fork: null,
    problem: null,
  };
}

/**
 * @returns {{state: ReturnType<typeof initialState>, effects: object[]}}
 */
export function decide(state, input) {
  switch (input.on) {
    case 'join':
      return state.phase === 'idle' ? join(state, input.ref) : stay(state);
    case 'frame':
      return onFrame(state, input.frame);
    case 'page':
      return input.request === state.request ? onPage(state, input.page) : stay(state);
    case 'snapshotPage':
      return input.request === state.request ? onSnapshotPage(state, input.page) : stay(state);
    case 'readFailed':
      return input.request === state.request ? onReadFailed(state, input.problem) : stay(state);
    case 'unanswered':
      return state.phase === 'joining' && input.ref === state.ref ? joinAgain(state) : stay(state);
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

const stay = (state) => ({ state, effects: [] });
const isEnded = (state) => state.phase === 'refused' || state.phase === 'revoked' || state.phase === 'left';
const isSubscribed = (state) =>
  state.phase === 'live' || state.phase === 'replaying' || state.phase === 'catchingUp';

/** Nothing under way any more: answers still to come find another `ref` or `request`. */
function idle(state) {
  return {
    ...state,
    phase: 'idle',
    ref: 0,
    request: 0,
    catchUp: null,
    snapshot: null,
    buffer: [],
    overflowed: false,
  };
}

function join(state, ref) {
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
  return { state: { ...state, phase: 'joining', ref }, effects: [want] };
}

/** The one way to recover. The attempts count until an event was applied, so a loop without progress slows down. */
function joinAgain(state, before = []) {
  return {
    state: { ...idle(state), joins: state.joins + 1 },
    effects: [...before, { do: 'join', attempt: state.joins }],
  };
}

function refuse(state, problem, before = []) {
  return { state: { ...idle(state), phase: 'refused', problem }, effects: before };
}

function seeHead(state, epoch, head) {
  return { ...state, head: epoch === state.ledger.epoch ? Math.max(state.head, head) : head };
}

function onFrame(state, frame) {
  switch (frame.t) {
    case 'subscribed':
      return state.phase === 'joining' && frame.ref === state.ref ? onSubscribed(state, frame) : stay(state);
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
      return state.phase === 'joining' && frame.ref === state.ref ? onError(state, frame) : stay(state);
    default:
      // a frame of a lane that this client does not follow
      return stay(state);
  }
}

function onError(state, { code, detail, retryAfterMs }) {
  const problem = { code, detail };
  if (FINAL_CODES.has(code) && retryAfterMs === undefined) {
    return refuse(state, problem);
  }
  return joinAgain({ ...state, problem });
}

function onSubscribed(state, frame) {
  if (frame.epoch < state.ledger.epoch) {
    return joinAgain(state);
  }
  const otherEpoch = state.ledger.epoch !== frame.epoch;
  const effects = [];
  let next = { ...state, problem: null, partial: false };
  if (state.partial || (otherEpoch && state.ledger.epoch !== 0)) {
    effects.push({ do: 'void', epoch: frame.epoch, after: 0 });
  }
  if (otherEpoch) {
    next = { ...next, head: 0, ledger: emptyLedger(frame.epoch) };
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
    return readOn({ ...next, phase: 'catchingUp', catchUp: { after, to: frame.catchUp.to, via: 'history' } }, effects);
  }
  if (frame.head > after) {
    return { state: { ...next, phase: 'replaying', catchUp: { after, to: frame.head, via: 'replay' } }, effects };
  }
  return { state: { ...next, phase: 'live', catchUp: null }, effects };
}

function onEvent(state, event) {
  if (state.phase === 'catchingUp') {
    return state.buffer.length < BUFFER_MAX
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

/**
 * Applies events in order, once each, as far as they follow. `stopped` names why the rest was left.
 */
function apply(state, events, via) {
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

function recover(state, { verdict, seq }, effects) {
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

function onReset(state, frame) {
  return isEnded(state) || frame.epoch < state.ledger.epoch
    ? stay(state)
    : voidAbove(state, frame.epoch, frame.after, []);
}

function voidAbove(state, epoch, after, before) {
  const kept = rollBack(state.ledger, epoch, after);
  const ledger = kept ?? emptyLedger(epoch);
  const lost = kept === null || kept.seq < state.ledger.seq;
  const effects = lost ? [...before, { do: 'void', epoch, after: ledger.seq }] : before;
  // who only wanted what comes, and has lost its place, begins at the head again
  const placed = kept === null ? !state.fromNow : state.placed;
  return joinAgain({ ...state, ledger, placed, head: ledger.seq }, effects);
}

function readOn(state, effects, { attempt = 0, retryAfterMs = 0 } = {}) {
  const request = state.reads + 1;
  const next = { ...state, request, reads: request };
  const { epoch, seq } = state.ledger;
  const read =
    state.snapshot === null
      ? { do: 'read', request, after: seq, minSeq: state.catchUp.to, epoch, attempt, retryAfterMs }
      : { do: 'readSnapshot', request, cursor: state.snapshot.cursor, attempt, retryAfterMs };
  return { state: { ...next, catchUp: { ...state.catchUp, attempt } }, effects: [...effects, read] };
}

function onPage(state, page) {
  if (page.epoch !== state.ledger.epoch) {
    return page.epoch > state.ledger.epoch ? voidAbove(state, page.epoch, 0, []) : joinAgain(state);
  }
  const before = state.ledger.seq;
  const { state: next, effects, stopped } = apply(
    seeHead({ ...state, problem: null }, page.epoch, page.head),
    page.events,
    'history',
  );
  if (stopped !== null) {
    return recover(next, stopped, effects);
  }
  if (next.ledger.seq >= next.catchUp.to) {
    return drainBuffer(next, effects);
  }
  // an answer that brings nothing is one of a replica that knows less: ask the gateway anew
  return next.ledger.seq === before ? joinAgain(next, effects) : readOn(next, effects);
}

function drainBuffer(state, effects) {
  const live = { ...state, phase: 'live', request: 0, catchUp: null, buffer: [], overflowed: false };
  const { state: next, effects: more, stopped } = apply(live, state.buffer, 'live');
  const all = [...effects, ...more];
  if (stopped !== null) {
    return recover(next, stopped, all);
  }
  return state.overflowed ? joinAgain(next, all) : { state: next, effects: all };
}

function onReadFailed(state, problem) {
  switch (problem.code) {
    case 'history_gone':
      return startSnapshot(state);
    case 'epoch_changed':
      // the subscribe tells the new epoch, and the reset that goes with it
      return joinAgain(state);
    default:
      if (problem.status === 504) {
        return joinAgain(state);
      }
      if (problem.retry) {
        const attempt = state.catchUp.attempt + 1;
        return readOn({ ...state, problem }, [], { attempt, retryAfterMs: problem.retryAfterMs });
      }
      return refuse(state, problem);
  }
}

/** What was asked for is no longer kept: the latest event of every entity stands in for it. */
function startSnapshot(state) {
  const { epoch } = state.ledger;
  const next = { ...state, ledger: emptyLedger(epoch), snapshot: { cursor: null, seq: 0 } };
  return readOn(next, [{ do: 'void', epoch, after: 0 }]);
}

function onSnapshotPage(state, page) {
  const first = state.snapshot.cursor === null;
  if (page.epoch !== state.ledger.epoch || (!first && page.seq !== state.snapshot.seq)) {
    return joinAgain(state);
  }
  const effects = [{ do: 'entities', entities: page.entities, seq: page.seq }];
  if (page.next !== null && page.next !== undefined) {
    return readOn({ ...state, partial: true, snapshot: { cursor: page.next, seq: page.seq } }, effects);
  }
  const ledger = ledgerAt(page.epoch, page.seq, page.chain, page.seq);
  const next = seeHead({ ...state, snapshot: null, partial: false, ledger, joins: 0 }, page.epoch, page.seq);
  return ledger.seq >= next.catchUp.to ? drainBuffer(next, effects) : readOn(next, effects);
}
