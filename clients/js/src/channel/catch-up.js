import { emptyLedger, ledgerAt } from '../apply/ledger.js';
import { apply, joinAgain, recover, refuse, seeHead, stay } from './moves.js';

/** The part of the channel's core that reads what was missed over HTTP: events page by page, or the snapshot. */

/**
 * So many missed events are read without a question; whoever misses more asks from when a snapshot serves better. Two
 * pages of history are no slower than the question and a snapshot.
 */
export const NEAR_MAX = 1000;

/** Chooses between the events and the snapshot; who does not know from when it serves better asks. */
export function catchUpBy(state, effects) {
  const { after, to } = state.catchUp;
  if (!state.snapshots || to - after <= state.nearMax || state.snapshotAfter === null) {
    return readOn(state, effects);
  }
  if (state.snapshotAfter === undefined) {
    const request = state.reads + 1;
    const ask = { do: 'readContract', request, attempt: 0, retryAfterMs: 0 };
    return { state: { ...state, request, reads: request, asking: true }, effects: [...effects, ask] };
  }
  return to - after > state.snapshotAfter ? startSnapshot(state, effects) : readOn(state, effects);
}

export function onContract(state, snapshotAfter) {
  return catchUpBy({ ...state, asking: false, snapshotAfter }, []);
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

export function onPage(state, page) {
  if (page.epoch !== state.ledger.epoch) {
    // the subscribe tells the new epoch, and the reset that goes with it
    return joinAgain(state);
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

export function onReadFailed(state, problem) {
  if (state.asking) {
    // history itself says what is no longer kept
    return readOn({ ...state, asking: false, snapshotAfter: undefined }, []);
  }
  switch (problem.code) {
    case 'history_gone':
      return state.snapshots || problem.first === undefined ? startSnapshot(state, []) : beginAt(state, problem.first);
    case 'epoch_changed':
      // the subscribe tells the new epoch, and the reset that goes with it
      return joinAgain(state);
    default:
      if (problem.status === 504) {
        return joinAgain(state);
      }
      // a token that has ended is fetched anew by the connection
      if (problem.retry || problem.status === 401) {
        const attempt = state.catchUp.attempt + 1;
        return readOn({ ...state, problem }, [], { attempt, retryAfterMs: problem.retryAfterMs });
      }
      return refuse(state, problem);
  }
}

/** What was asked for is too much, or no longer kept: the latest event of every entity stands in for it. */
function startSnapshot(state, before) {
  const { epoch } = state.ledger;
  const next = { ...state, ledger: emptyLedger(epoch), snapshot: { cursor: null, seq: 0 } };
  return readOn(next, [...before, { do: 'void', epoch, after: 0 }]);
}

/** What was asked for is no longer kept, and the application has no use for entities: the view begins at `first`. */
function beginAt(state, first) {
  const { epoch } = state.ledger;
  if (first - 1 <= state.ledger.seq || first - 1 > state.catchUp.to) {
    return joinAgain(state);
  }
  const next = { ...state, ledger: ledgerAt(epoch, first - 1, null) };
  const effects = [{ do: 'void', epoch, after: 0 }, { do: 'skip', after: first - 1 }];
  return first - 1 >= next.catchUp.to ? drainBuffer(next, effects) : readOn(next, effects);
}

export function onSnapshotPage(state, page) {
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
