import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Outbox } from '../src/write/outbox.js';
import { decideSend, emptyQueue, heldQueue, sendDueMs, SENDS_MAX } from '../src/write/queue.js';

/** Feeds inputs one by one at time 0; gives the last state and all effects. */
function feed(state, ...inputs) {
  const effects = [];
  for (const input of inputs) {
    const result = decideSend(state, { nowMs: 0, random: 0.5, ...input }, () => ({ epoch: 1, seq: 0 }));
    state = result.state;
    effects.push(...result.effects);
  }
  return { state, effects };
}

const send = (id, channel = 'chat:1') => ({ on: 'send', item: { id, channel, body: `{"id":"${id}"}` } });
const answered = (id, seq) => ({ on: 'answered', id, published: { id, epoch: 1, seq } });
const event = (id, seq) => ({ on: 'event', event: { id, epoch: 1, seq, time: 't' } });
const refused = (id, fields) => ({ on: 'refused', id, problem: { code: 'x', message: 'why', retry: false, retryAfterMs: 0, ...fields } });
const posts = (effects) => effects.filter((effect) => effect.do === 'post').map(({ item }) => item.id);
const statuses = ({ items }) => items.map(({ id, status }) => [id, status]);

describe('the queue of sends', () => {
  test('one at a time in a channel, channels beside each other', () => {
    const { state, effects } = feed(emptyQueue, send('a'), send('b'), send('c', 'chat:2'));
    assert.deepEqual(posts(effects), ['a', 'c']);
    assert.deepEqual(posts(feed(state, answered('a', 1)).effects), ['b']);
  });

  test('what is answered is shown as sent until its event comes; an event that comes first settles it', () => {
    const sent = feed(emptyQueue, send('a'), answered('a', 1));
    assert.deepEqual(statuses(sent.state), [['a', 'sent']]);
    assert.deepEqual(statuses(feed(sent.state, event('a', 1)).state), []);
    const first = feed(emptyQueue, send('a'), send('b'), event('a', 1));
    assert.deepEqual(first.effects.filter((effect) => effect.do === 'settle').map(({ published }) => published.seq), [1]);
    assert.deepEqual(posts(first.effects), ['a', 'b']);
    assert.deepEqual(feed(first.state, answered('a', 1)).effects, []);
  });

  test('what was committed but not numbered yet, or is not followed, is not waited for', () => {
    assert.deepEqual(statuses(feed(emptyQueue, send('a'), answered('a', undefined)).state), []);
    const { state } = feed(emptyQueue, send('a'));
    assert.deepEqual(decideSend(state, { nowMs: 0, random: 0, ...answered('a', 1) }, () => null).state.items, []);
  });

  test('without an answer it is tried again later with the same body, and nothing overtakes it', () => {
    const { state, effects } = feed(emptyQueue, send('a'), send('b'), refused('a', { retry: true, retryAfterMs: 700 }));
    assert.deepEqual(posts(effects), ['a']);
    assert.equal(sendDueMs(state), 825);
    assert.deepEqual(posts(feed(state, { on: 'tick', nowMs: 800 }).effects), []);
    const again = feed(state, { on: 'tick', nowMs: 825 }).effects.find((effect) => effect.do === 'post');
    assert.deepEqual([again.item.id, again.item.body, again.item.tries], ['a', '{"id":"a"}', 2]);
    assert.deepEqual(posts(feed(state, { on: 'wake' }).effects), ['a']);
  });

  test('what is refused is handed back, holds nothing up, and goes to the end when it is retried', () => {
    const { state, effects } = feed(emptyQueue, send('a'), send('b'), refused('a', { code: 'invalid_event' }));
    assert.equal(effects.find((effect) => effect.do === 'fail').problem.code, 'invalid_event');
    assert.deepEqual(posts(effects), ['a', 'b']);
    assert.deepEqual(statuses(feed(state, { on: 'retry', id: 'a' }).state), [['b', 'sending'], ['a', 'waiting']]);
    assert.deepEqual(statuses(feed(state, { on: 'discard', id: 'a' }).state), [['b', 'sending']]);
    assert.deepEqual(statuses(feed(state, { on: 'discard', id: 'b' }).state), statuses(state));
  });

  test('what waits is told when it is discarded', () => {
    const { effects } = feed(emptyQueue, send('a'), send('b'), { on: 'discard', id: 'b' });
    assert.equal(effects.find((effect) => effect.do === 'fail').problem.code, 'discarded');
  });

  test('what an earlier run had not sent goes first; what had failed stays failed', () => {
    const held = feed(heldQueue, send('c'));
    assert.deepEqual(posts(held.effects), []);
    const items = [{ id: 'a', status: 'waiting' }, { id: 'b', status: 'failed', problem: { code: 'x' } }];
    const { state, effects } = feed(held.state, { on: 'restore', items: items.map((one) => ({ channel: 'chat:1', body: '{}', ...one })) });
    assert.deepEqual(posts(effects), ['a']);
    assert.deepEqual(statuses(state), [['a', 'sending'], ['b', 'failed'], ['c', 'waiting']]);
  });

  test('it is bounded, and says so', () => {
    const outbox = new Outbox(
      { nowMs: () => 0, wallMs: () => 0, random: () => 0, newId: () => String(Math.random()) },
      { post: () => new Promise(() => {}), placeOf: () => null, store: null, onFault: assert.fail },
    );
    for (let i = 0; i < SENDS_MAX; i++) {
      outbox.send('chat:1', 'x', {});
    }
    assert.throws(() => outbox.send('chat:1', 'x', {}), { code: 'outbox_full' });
  });
});
