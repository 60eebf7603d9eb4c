import { chainNext } from '../protocol/chain.js';

/**
 * What is kept of a channel between two runs of an application, and how it follows what happens. All functions are
 * pure, and a record is a plain value that any store can hold:
 *
 * `{epoch, base, entities, events, seq, chain, baseChain}`: the state as of `base` is the latest event of every entity
 * (where base is 0, nothing), `events` are those above it up to `seq`, without a gap. `baseChain` is the chain at
 * `base` (null: not known), so that a record can be checked when it is read.
 */

/** Events kept above the base. When there are twice as many, the older half becomes part of the base. */
export const EVENTS_MAX = 300;
/** Entities kept. A channel with more is not kept at all: half a state would be shown as a whole one. */
export const ENTITIES_MAX = 5_000;

/** @returns {object} the record of a channel that begins after a place */
export function recordAt(epoch, seq, chain) {
  return { epoch, base: seq, baseChain: chain, entities: [], events: [], seq, chain };
}

export function withEvents(record, events) {
  const last = events.at(-1);
  return folded({ ...record, events: [...record.events, ...events.map(plain)], seq: last.seq, chain: last.chain });
}

/** With a part of a snapshot as of `seq`: the highest seq of an entity wins. `chain` is that at `seq`, once known. */
export function withEntities(record, entities, epoch, seq, chain) {
  const latest = latestOf([...record.entities, ...entities.map(plain)]);
  return { epoch, base: seq, baseChain: chain, entities: latest, events: [], seq, chain };
}

/** @returns {object | null} what is left when everything above `after` is void */
export function withoutAbove(record, epoch, after) {
  if (epoch !== record.epoch || after < record.base) {
    return null;
  }
  const events = record.events.filter(({ seq }) => seq <= after);
  const { seq, chain } = events.at(-1) ?? { seq: record.base, chain: record.baseChain };
  return { ...record, events, seq, chain };
}

export const isTooLarge = (record) => record.entities.length > ENTITIES_MAX;

/** Whether what a store gave back is a record, and one history from its base to its end. */
export function isSound(record) {
  try {
    let { base: seq, baseChain: chain } = record;
    for (const event of record.events) {
      if (event.seq !== seq + 1 || (chain !== null && chainNext(chain, event) !== event.chain)) {
        return false;
      }
      ({ seq, chain } = event);
    }
    return seq === record.seq && chain === record.chain && record.epoch > 0 && Array.isArray(record.entities);
  } catch {
    return false;
  }
}

/** Whether `record` may take the place of `stored`, which another tab may have written. */
export function isNewer(record, stored) {
  return !stored || record.epoch > stored.epoch || (record.epoch === stored.epoch && record.seq >= stored.seq);
}

/** The fields that an event has everywhere; `data` is parsed again from `raw`, which keeps all digits. */
function plain({ seq, id, type, entity, author, time, traceId, chain, raw }) {
  return { seq, id, type, entity, author, time, traceId, chain, raw };
}

/** The event as the application gets it. */
export const asEvent = (kept) => ({ ...kept, data: JSON.parse(kept.raw) });

function folded(record) {
  const { events } = record;
  if (events.length < 2 * EVENTS_MAX) {
    return record;
  }
  const older = events.slice(0, events.length - EVENTS_MAX);
  const { seq, chain } = older.at(-1);
  const entities = latestOf([...record.entities, ...older.filter(({ entity }) => entity !== undefined)]);
  return { ...record, base: seq, baseChain: chain, entities, events: events.slice(-EVENTS_MAX) };
}

function latestOf(events) {
  const latest = new Map();
  for (const event of events) {
    if (!(latest.get(event.entity)?.seq > event.seq)) {
      latest.set(event.entity, event);
    }
  }
  return [...latest.values()];
}
