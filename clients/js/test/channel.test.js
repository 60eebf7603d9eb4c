import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BUFFER_MAX, decide, initialState } from '../src/channel/decide.js';
import { chainNext, chainStart } from '../src/protocol/chain.js';

/** A channel's events 1 … n in epoch 1, with their true chains. */
function history(n, epoch = 1) {
  let chain = chainStart(epoch);
  return Array.from({ length: n }, (_, i) => {
    const event = { t: 'event', seq: i + 1, id: `id-${epoch}-${i}`, type: 'x', time: 't', raw: String(i) };
    chain = chainNext(chain, event);
    return { ...event, chain };
  });
}

/** Feeds inputs one by one; gives the last state and all effects. */
function feed(state, ...inputs) {
  const effects = [];
  for (const input of inputs) {
    const result = decide(state, input);
    state = result.state;
    effects.push(...result.effects);
  }
  return { state, effects };
}

const frame = (t, fields) => ({ on: 'frame', frame: { t, ...fields } });
const event = (one) => ({ on: 'frame', frame: one });
const subscribed = (fields) => frame('subscribed', { ref: 1, epoch: 1, after: 0, ...fields });
const joined = (from, fields) => feed(initialState(from), { on: 'join', ref: 1 }, subscribed(fields)).state;
const delivered = (effects) =>
  effects.filter((effect) => effect.do === 'deliver').flatMap(({ events }) => events.map(({ seq }) => seq));
const joinsOf = (effects) => effects.filter((effect) => effect.do === 'join').map(({ attempt }) => attempt);

describe('subscribing', () => {
  test('from the start asks above nothing, from now for nothing, from a saved place above it', () => {
    const ask = (from) => decide(initialState(from), { on: 'join', ref: 7 }).effects;
    assert.deepEqual(ask('start'), [{ do: 'subscribe', ref: 7, after: 0 }]);
    assert.deepEqual(ask('now'), [{ do: 'subscribe', ref: 7 }]);
    assert.deepEqual(ask({ epoch: 2, seq: 5, chain: 'c' }), [
      { do: 'subscribe', ref: 7, after: 5, epoch: 2, chain: 'c' },
    ]);
  });

  test('an empty channel is live at once', () => {
    assert.equal(joined('start', { head: 0 }).phase, 'live');
  });

  test('an answer to an older subscribe completes nothing', () => {
    const { state } = feed(
      initialState(),
      { on: 'join', ref: 1 },
      { on: 'disconnected' },
      { on: 'join', ref: 2 },
      subscribed({ head: 0 }),
    );
    assert.equal(state.phase, 'joining');
  });

  test('a refusal that waiting mends is tried again, slower each time; any other is final until asked', () => {
    const error = (ref, code) => frame('error', { ref, code, detail: 'why' });
    const { effects } = feed(
      initialState(),
      { on: 'join', ref: 1 },
      error(1, 'not_ready'),
      { on: 'join', ref: 2 },
      error(2, 'not_ready'),
    );
    assert.deepEqual(joinsOf(effects), [0, 1]);
    const refused = feed(initialState(), { on: 'join', ref: 1 }, error(1, 'forbidden')).state;
    assert.equal(refused.phase, 'refused');
    assert.equal(refused.problem.code, 'forbidden');
    assert.equal(feed(refused, { on: 'disconnected' }).state.phase, 'refused');
    assert.equal(feed(refused, { on: 'again' }).state.phase, 'idle');
  });

  test('without an answer it is asked again', () => {
    const { effects } = feed(initialState(), { on: 'join', ref: 1 }, { on: 'unanswered', ref: 1 });
    assert.deepEqual(joinsOf(effects), [0]);
  });

  test('a gateway at a lower epoch is not followed', () => {
    const { state, effects } = feed(
      initialState({ epoch: 2, seq: 1, chain: 'c' }),
      { on: 'join', ref: 1 },
      subscribed({ head: 9, epoch: 1 }),
    );
    assert.equal(state.ledger.epoch, 2);
    assert.deepEqual(joinsOf(effects), [0]);
  });

  test('a view that begins later is told, and its first event taken as it is', () => {
    const [, , third, fourth] = history(4);
    const { state, effects } = feed(initialState(), { on: 'join', ref: 1 }, subscribed({ head: 2, after: 2 }), event(third), event(fourth));
    assert.deepEqual(effects.filter((effect) => effect.do === 'skip'), [{ do: 'skip', after: 2 }]);
    assert.equal(state.ledger.seq, 4);
  });
});

describe('live', () => {
  const [first, second, third] = history(3);

  test('events are applied once each', () => {
    const { effects } = feed(joined('start', { head: 0 }), event(first), event(first), event(second), event(first));
    assert.deepEqual(delivered(effects), [1, 2]);
  });

  test('a gap subscribes again with what was applied', () => {
    const { state, effects } = feed(joined('start', { head: 0 }), event(first), event(third));
    assert.deepEqual(delivered(effects), [1]);
    assert.deepEqual(joinsOf(effects), [0]);
    assert.deepEqual(feed(state, { on: 'join', ref: 2 }).effects, [
      { do: 'subscribe', ref: 2, after: 1, epoch: 1, chain: first.chain },
    ]);
  });

  test('replayed events are told as such, and those after them as live', () => {
    const { state, effects } = feed(joined('start', { head: 2 }), event(first), event(second), event(third));
    const how = effects.map(({ via }) => via);
    assert.deepEqual(how, ['replay', 'replay', 'live']);
    assert.equal(state.phase, 'live');
  });

  test('behind subscribes again, whatever seq the gateway had reached', () => {
    const { state } = feed(joined('start', { head: 0 }), event(first), frame('behind', { after: 9, head: 12 }));
    assert.equal(feed(state, { on: 'join', ref: 2 }).effects[0].after, 1);
  });

  test('a reset rolls back to its place, and nothing above it stays', () => {
    const { effects } = feed(
      joined('start', { head: 0 }),
      event(first),
      event(second),
      frame('reset', { epoch: 1, after: 1 }),
      { on: 'join', ref: 2 },
    );
    assert.deepEqual(effects.slice(2), [
      { do: 'void', epoch: 1, after: 1 },
      { do: 'join', attempt: 0, retryAfterMs: 0 },
      { do: 'subscribe', ref: 2, after: 1, epoch: 1, chain: first.chain },
    ]);
  });

  test('a reset of another epoch voids everything, one of a lower epoch nothing', () => {
    const state = feed(joined('start', { head: 0 }), event(first)).state;
    assert.deepEqual(feed(state, frame('reset', { epoch: 2, after: 0 })).effects[0], { do: 'void', epoch: 2, after: 0 });
    assert.deepEqual(feed(state, frame('reset', { epoch: 0, after: 0 })).effects, []);
  });

  test('a saved place that the trail does not reach is dropped whole', () => {
    const saved = joined({ epoch: 1, seq: 500, chain: 'c' }, { head: 500, after: 500 });
    const { state, effects } = feed(saved, frame('reset', { epoch: 1, after: 499 }));
    assert.deepEqual(effects[0], { do: 'void', epoch: 1, after: 0 });
    assert.equal(state.ledger.seq, 0);
  });

  test('revoked ends it until asked again', () => {
    const { state } = feed(joined('start', { head: 0 }), frame('revoked', { seq: 1 }), event(first), { on: 'disconnected' });
    assert.equal(state.phase, 'revoked');
    assert.equal(feed(state, { on: 'again' }).state.phase, 'idle');
  });

  test('from now keeps the place where it began, even with nothing received', () => {
    const { state } = feed(joined('now', { head: 7, after: 7 }), { on: 'disconnected' });
    assert.equal(feed(state, { on: 'join', ref: 2 }).effects[0].after, 7);
  });
});

describe('the chain', () => {
  const [first, second] = history(2);
  const forged = { ...second, raw: '"forged"' };

  test('an event of another history is not applied: ask, then reload, then give up', () => {
    let { state, effects } = feed(joined('start', { head: 0 }), event(first), event(forged));
    assert.deepEqual(delivered(effects), [1]);
    assert.deepEqual(joinsOf(effects), [0]);

    ({ state, effects } = feed(state, { on: 'join', ref: 1 }, subscribed({ head: 2, after: 1 }), event(forged)));
    assert.deepEqual(effects.find((effect) => effect.do === 'void'), { do: 'void', epoch: 1, after: 0 });

    ({ state, effects } = feed(state, { on: 'join', ref: 1 }, subscribed({ head: 2 }), event(first), event(forged)));
    assert.equal(state.phase, 'refused');
    assert.equal(state.problem.code, 'history_differs');
  });

  test('an event that was damaged once is taken when it comes whole', () => {
    const { state } = feed(
      joined('start', { head: 0 }),
      event(first),
      event(forged),
      { on: 'join', ref: 1 },
      subscribed({ head: 2, after: 1 }),
      event(second),
    );
    assert.equal(state.ledger.seq, 2);
    assert.equal(state.fork, null);
  });
});

describe('catching up over HTTP', () => {
  const events = history(8);
  const catching = () => joined('start', { head: 6, catchUp: { after: 0, to: 6 } });
  const page = (request, list, head = 6) => ({ on: 'page', request, page: { epoch: 1, head, events: list, next: null } });
  const failed = (request, problem) => ({ on: 'readFailed', request, problem: { status: 0, retry: false, ...problem } });

  test('pages are read until the range is full, while live events wait', () => {
    const state = catching();
    assert.equal(state.phase, 'catchingUp');
    const { state: end, effects } = feed(
      state,
      event(events[6]),
      page(1, events.slice(0, 4)),
      event(events[7]),
      page(2, events.slice(4, 6)),
    );
    assert.deepEqual(delivered(effects), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert.deepEqual(effects.map(({ via }) => via).filter(Boolean), ['history', 'history', 'live']);
    assert.equal(end.phase, 'live');
  });

  test('it asks above what was applied, no earlier than the range is there', () => {
    const { effects } = feed(catching(), page(1, events.slice(0, 4)));
    const read = effects.find((effect) => effect.do === 'read');
    assert.deepEqual([read.after, read.minSeq, read.epoch], [4, 6, 1]);
  });

  test('an answer to an older read is dropped', () => {
    const { effects } = feed(catching(), { on: 'disconnected' }, page(1, events.slice(0, 6)));
    assert.deepEqual(effects, []);
  });

  test('a full buffer subscribes again after the pages', () => {
    const many = history(BUFFER_MAX + 8);
    const live = many.slice(6).map(event);
    const { state, effects } = feed(catching(), ...live, page(1, many.slice(0, 6)));
    assert.equal(state.buffer.length, 0);
    assert.equal(delivered(effects).length, BUFFER_MAX + 6);
    assert.deepEqual(joinsOf(effects), [0]);
  });

  test('504, a changed epoch and a page that brings nothing subscribe again', () => {
    for (const input of [
      failed(1, { code: 'wait_timeout', status: 504, retry: true }),
      failed(1, { code: 'epoch_changed', status: 410 }),
      page(1, []),
    ]) {
      assert.deepEqual(joinsOf(feed(catching(), input).effects), [0]);
    }
  });

  test('what cannot be reached is read again, slower each time; a refusal is final', () => {
    const { effects } = feed(
      catching(),
      failed(1, { code: 'unreachable', retry: true, retryAfterMs: 0 }),
      failed(2, { code: 'not_ready', status: 503, retry: true, retryAfterMs: 40 }),
    );
    assert.deepEqual(effects.map(({ attempt, retryAfterMs }) => [attempt, retryAfterMs]), [[1, 0], [2, 40]]);
    assert.equal(feed(catching(), failed(1, { code: 'forbidden', status: 403 })).state.phase, 'refused');
  });

  test('history that is gone is replaced by the snapshot, then read on from there', () => {
    const parts = [
      { epoch: 1, seq: 4, chain: events[3].chain, entities: [events[1]], next: 'more' },
      { epoch: 1, seq: 4, chain: events[3].chain, entities: [events[3]], next: null },
    ];
    const { state, effects } = feed(
      catching(),
      failed(1, { code: 'history_gone', status: 410 }),
      { on: 'snapshotPage', request: 2, page: parts[0] },
      { on: 'snapshotPage', request: 3, page: parts[1] },
      page(4, events.slice(4, 6)),
    );
    assert.deepEqual(
      effects.map((effect) => effect.do),
      ['void', 'readSnapshot', 'entities', 'readSnapshot', 'entities', 'read', 'deliver'],
    );
    assert.deepEqual(effects.map(({ cursor }) => cursor).filter((cursor) => cursor !== undefined), [null, 'more']);
    assert.equal(effects[5].after, 4);
    assert.equal(state.phase, 'live');
  });

  test('part of a snapshot is void once it was interrupted', () => {
    const { effects } = feed(
      catching(),
      failed(1, { code: 'history_gone', status: 410 }),
      { on: 'snapshotPage', request: 2, page: { epoch: 1, seq: 4, chain: 'c', entities: [events[1]], next: 'more' } },
      { on: 'disconnected' },
      { on: 'join', ref: 1 },
      subscribed({ head: 6, catchUp: { after: 0, to: 6 } }),
    );
    assert.equal(effects.filter((effect) => effect.do === 'void').length, 2);
  });
});

describe('far behind', () => {
  const far = (extra) => joined('start', { head: 9000, catchUp: { after: 0, to: 9000 }, ...extra });
  const doing = ({ effects }) => effects.map((effect) => effect.do);

  test('it asks from when the snapshot serves better, and does what the contract says', () => {
    const { state, effects } = feed(initialState(), { on: 'join', ref: 1 }, subscribed({ head: 9000, catchUp: { after: 0, to: 9000 } }));
    assert.deepEqual(effects.at(-1), { do: 'readContract', request: 1, attempt: 0, retryAfterMs: 0 });
    assert.equal(state.phase, 'catchingUp');
    const told = (snapshotAfter) => doing(feed(far(), { on: 'contract', request: 1, snapshotAfter }));
    assert.deepEqual(told(5000), ['void', 'readSnapshot']);
    assert.deepEqual(told(9000), ['read']);
    assert.deepEqual(told(null), ['read']);
  });

  test('it asks once, and not for little', () => {
    const answered = feed(far(), { on: 'contract', request: 1, snapshotAfter: 20_000 }, { on: 'disconnected' }).state;
    const again = feed(answered, { on: 'join', ref: 2 }, frame('subscribed', { ref: 2, epoch: 1, head: 9000, after: 0, catchUp: { after: 0, to: 9000 } }));
    assert.deepEqual(doing(again), ['subscribe', 'read']);
    assert.deepEqual(doing(feed(initialState(), { on: 'join', ref: 1 }, subscribed({ head: 1000, catchUp: { after: 0, to: 1000 } }))), ['subscribe', 'read']);
  });

  test('a contract that cannot be read is no reason to wait', () => {
    const failed = { on: 'readFailed', request: 1, problem: { code: 'unreachable', status: 0, retry: true } };
    assert.deepEqual(doing(feed(far(), failed)), ['read']);
  });

  test('who has no use for entities reads what is kept', () => {
    const plain = feed(initialState('start', { snapshots: false }), { on: 'join', ref: 1 }, subscribed({ head: 9000, catchUp: { after: 0, to: 9000 } }));
    assert.deepEqual(doing(plain), ['subscribe', 'read']);
    const gone = { on: 'readFailed', request: 1, problem: { code: 'history_gone', status: 410, retry: false, first: 4001 } };
    const { state, effects } = feed(plain.state, gone);
    assert.deepEqual(effects.slice(0, 2), [{ do: 'void', epoch: 1, after: 0 }, { do: 'skip', after: 4000 }]);
    assert.deepEqual([effects[2].do, effects[2].after], ['read', 4000]);
    assert.equal(state.ledger.chain, null);
  });
});

describe('leaving', () => {
  test('says so where the server knows of it, and nothing is followed any more', () => {
    const { state, effects } = feed(joined('start', { head: 0 }), { on: 'leave' }, event(history(1)[0]));
    assert.deepEqual(effects, [{ do: 'unsubscribe' }]);
    assert.equal(state.phase, 'left');
    assert.deepEqual(feed(initialState(), { on: 'leave' }).effects, []);
  });
});
