import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Keeper } from '../src/cache/keeper.js';
import { ENTITIES_MAX, EVENTS_MAX, asEvent, isNewer, isSound, isTooLarge, recordAt, withEntities, withEvents, withoutAbove } from '../src/cache/record.js';
import { chainNext, chainStart } from '../src/protocol/chain.js';

function history(n) {
  let chain = chainStart(1);
  return Array.from({ length: n }, (_, i) => {
    const event = { seq: i + 1, id: `id-${i}`, type: 'x', entity: i % 2 ? `e-${i % 10}` : undefined, time: 't', raw: `{"n":${i}.0}` };
    chain = chainNext(chain, event);
    return { ...event, chain, data: JSON.parse(event.raw) };
  });
}

const seqs = (events) => events.map(({ seq }) => seq);
const begun = () => recordAt(1, 0, chainStart(1));

describe('the record of a channel', () => {
  const events = history(2 * EVENTS_MAX + 5);

  test('holds events with all their digits, and is one history', () => {
    const record = withEvents(withEvents(begun(), events.slice(0, 2)), events.slice(2, 3));
    assert.deepEqual([record.seq, record.chain, seqs(record.events)], [3, events[2].chain, [1, 2, 3]]);
    assert.equal(asEvent(record.events[0]).raw, '{"n":0.0}');
    assert.deepEqual(asEvent(record.events[0]).data, { n: 0 });
    assert.ok(isSound(record));
    assert.ok(isSound(JSON.parse(JSON.stringify(record))));
  });

  test('is bounded: older events become the latest of each entity', () => {
    const record = withEvents(begun(), events);
    assert.equal(record.events.length, EVENTS_MAX);
    assert.equal(record.base, events.length - EVENTS_MAX);
    assert.ok(isSound(record));
    const older = events.slice(0, record.base).filter(({ entity }) => entity !== undefined);
    assert.deepEqual(seqs(record.entities).sort((a, b) => a - b), seqs(older.slice(-5)));
  });

  test('what is not one history is not sound', () => {
    const record = withEvents(begun(), events.slice(0, 5));
    for (const damaged of [
      { ...record, events: record.events.filter(({ seq }) => seq !== 3) },
      { ...record, events: record.events.map((one) => (one.seq === 3 ? { ...one, raw: '{"n":9.0}' } : one)) },
      { ...record, seq: 6 },
      { ...record, chain: 'ffffffffffffffff' },
      { ...record, entities: undefined },
      {},
      [],
    ]) {
      assert.equal(isSound(damaged), false);
    }
  });

  test('is cut where it is void, and gone where that is below its base', () => {
    const record = withEvents(recordAt(1, 2, events[1].chain), events.slice(2, 6));
    assert.deepEqual(seqs(withoutAbove(record, 1, 4).events), [3, 4]);
    assert.ok(isSound(withoutAbove(record, 1, 4)));
    assert.deepEqual(seqs(withoutAbove(record, 1, 2).events), []);
    assert.ok(isSound(withoutAbove(record, 1, 2)));
    assert.equal(withoutAbove(record, 1, 1), null);
    assert.equal(withoutAbove(record, 2, 4), null);
  });

  test('never takes the place of a newer one', () => {
    const at = (epoch, seq) => ({ epoch, seq });
    assert.ok(isNewer(at(1, 5), null) && isNewer(at(1, 5), at(1, 5)) && isNewer(at(2, 0), at(1, 5)));
    assert.ok(!isNewer(at(1, 4), at(1, 5)) && !isNewer(at(1, 9), at(2, 0)));
  });

  test('with too many entities it is not kept: half a state would pass for a whole one', () => {
    const entities = Array.from({ length: ENTITIES_MAX + 1 }, (_, i) => ({ ...events[0], seq: i + 1, entity: `e-${i}` }));
    assert.ok(isTooLarge(withEntities(begun(), entities, 1, ENTITIES_MAX + 1, 'c')));
  });
});

describe('the keeper of a record', () => {
  const events = history(9);

  function keeping() {
    const saved = [];
    const cache = {
      loadChannel: async () => null,
      saveChannel: async (_, record, { replace }) => void saved.push({ record, replace }),
    };
    return { saved, keeper: new Keeper('chat:1', cache, assert.fail) };
  }

  test('writes a burst once, and at the latest when asked to', async () => {
    const { saved, keeper } = keeping();
    events.forEach((event, i) => keeper.events(1, [event], i, i === 0 ? chainStart(1) : events[i - 1].chain));
    assert.deepEqual(saved, []);
    await keeper.flush();
    assert.deepEqual(saved.map(({ record, replace }) => [record.seq, replace]), [[9, false]]);
    assert.ok(isSound(saved[0].record));
    await keeper.flush();
    assert.equal(saved.length, 1);
  });

  test('writes no part of a snapshot, and the tail above it', async () => {
    const { saved, keeper } = keeping();
    keeper.entities(1, [events[1]], 4, undefined);
    await keeper.flush();
    assert.deepEqual(saved, []);
    keeper.entities(1, [events[3]], 4, events[3].chain);
    keeper.events(1, [events[4]], 4, events[3].chain);
    await keeper.flush();
    const [{ record }] = saved;
    assert.deepEqual([record.base, seqs(record.entities), seqs(record.events)], [4, [2, 4], [5]]);
    assert.ok(isSound(record));
  });

  test('what has become void takes the place of what was written, whoever wrote it', async () => {
    const { saved, keeper } = keeping();
    keeper.events(1, events.slice(0, 5), 0, chainStart(1));
    keeper.void(1, 3);
    await keeper.flush();
    assert.deepEqual(saved.map(({ record, replace }) => [record.seq, replace]), [[3, true]]);
    keeper.void(2, 0);
    await keeper.flush();
    assert.deepEqual(saved[1], { record: null, replace: true });
  });
});
