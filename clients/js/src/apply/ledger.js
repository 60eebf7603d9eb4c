import { chainNext, chainStart } from '../protocol/chain.js';

/**
 * What a follower holds of a channel: everything up to `seq` of `epoch`, whose running hash is `chain`. All functions
 * are pure; a ledger is never changed in place.
 *
 * - `chain` null: the server said that this follower's view begins here, so there is nothing to check the next event
 *   against; its own chain is taken.
 * - `base`: the seq of the snapshot this stands on (0: none). Entities cannot be rolled back, so with a base any
 *   roll-back is to nothing.
 * - `trail`: the last places held, newest last, so that a short roll-back needs no reload.
 *
 * @typedef {{epoch: number, seq: number, chain: string | null, base: number,
 *     trail: ReadonlyArray<readonly [number, string | null]>}} Ledger
 */

/** How far a roll-back can go without a reload. A reset normally voids the one or two events of an aborted tail. */
export const TRAIL_MAX = 64;

/**
 * Nothing held yet. Epoch 0 stands for "not told yet".
 * @returns {Ledger}
 */
export function emptyLedger(epoch = 0) {
  return ledgerAt(epoch, 0, epoch === 0 ? null : chainStart(epoch));
}

/**
 * @returns {Ledger}
 */
export function ledgerAt(epoch, seq, chain, base = 0) {
  return { epoch, seq, chain, base, trail: [[seq, chain]] };
}

/**
 * What `event` is to this ledger.
 * @param {Ledger} ledger
 * @returns {'next' | 'seen' | 'gap' | 'forked'} `forked`: it stands at the right place but belongs to another history
 */
export function judge(ledger, event) {
  if (event.seq <= ledger.seq) {
    return 'seen';
  }
  if (event.seq !== ledger.seq + 1) {
    return 'gap';
  }
  return ledger.chain !== null && chainNext(ledger.chain, event) !== event.chain ? 'forked' : 'next';
}

/**
 * The ledger with an event that was judged `next`.
 * @param {Ledger} ledger
 * @returns {Ledger}
 */
export function advance(ledger, event) {
  const kept = ledger.trail.length < TRAIL_MAX ? ledger.trail : ledger.trail.slice(1);
  return { ...ledger, seq: event.seq, chain: event.chain, trail: [...kept, [event.seq, event.chain]] };
}

/**
 * The ledger after everything above `after` has become void.
 * @param {Ledger} ledger
 * @returns {Ledger | null} null where that place cannot be had again: all is void
 */
export function rollBack(ledger, epoch, after) {
  if (epoch === ledger.epoch && ledger.base === 0) {
    if (after >= ledger.seq) {
      return ledger;
    }
    const place = ledger.trail.findLastIndex(([seq]) => seq === after);
    if (place >= 0) {
      const [seq, chain] = ledger.trail[place];
      return { ...ledger, seq, chain, trail: ledger.trail.slice(0, place + 1) };
    }
  }
  return null;
}
