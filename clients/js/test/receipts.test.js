import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { ReceiptBox } from '../src/channel/receipt-box.js';
import { READERS_MAX, live, shown, UNREAD } from '../src/channel/receipts.js';
import { TailraceProblem } from '../src/protocol/problem.js';

const settle = () => new Promise((done) => setImmediate(done));
const at = (phase, { seq = 10, epoch = 1, moving = 0 } = {}) => ({ phase, moving, ledger: { epoch, seq } });

test('however many read, those who moved last are remembered, and this reader is never said to have less', () => {
  let state = live(UNREAD, { epoch: 1, applied: 10, user: 'ann' });
  state = shown(state, { epoch: 1, read: { ann: 5 } });
  const crowd = Object.fromEntries(Array.from({ length: READERS_MAX }, (_, i) => [`u${i}`, 1]));
  state = shown(state, { epoch: 1, read: crowd });
  state = shown(state, { epoch: 1, read: { u0: 2, late: 1, ['__proto__']: 3 } });
  assert.equal(state.places.size, READERS_MAX);
  assert.deepEqual([state.places.get('u0'), state.places.has('u1'), state.places.get('late')], [2, false, 1]);
  assert.equal(state.own, 5);
});

describe('the box around receipts', () => {
  let nowMs;
  let said;
  let asked;
  let told;
  let box;
  let timers;

  const tick = (ms) => {
    nowMs += ms;
    mock.timers.tick(ms);
  };
  const answer = (read, next = null, epoch = 1) => asked.at(-1).resolve({ epoch, read, next });

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    nowMs = 1000;
    said = [];
    asked = [];
    told = [];
    timers = new Set();
    const { setTimeout: set, clearTimeout: clear } = globalThis;
    mock.method(globalThis, 'setTimeout', (run, ms) => {
      const timer = set(() => (timers.delete(timer), run()), ms);
      timers.add(timer);
      return timer;
    });
    mock.method(globalThis, 'clearTimeout', (timer) => (timers.delete(timer), clear(timer)));
    box = new ReceiptBox({
      nowMs: () => nowMs,
      random: () => 0.5,
      send: (seq) => said.push(seq),
      receipts: (cursor, signal) => new Promise((resolve, reject) => asked.push({ cursor, signal, resolve, reject })),
    });
  });
  afterEach(() => {
    mock.restoreAll();
    mock.timers.reset();
  });
  const watch = () => box.watch((places) => told.push(Object.fromEntries(places)));

  test('nothing is read over HTTP where nobody watches, and all pages where somebody does', async () => {
    box.follow(at('idle'), at('live'), 'ann');
    assert.equal(asked.length, 0);
    watch();
    answer({ ann: 1 }, 'more');
    await settle();
    assert.equal(asked.at(-1).cursor, 'more');
    answer({ bob: 2 });
    await settle();
    assert.equal(asked.length, 2);
    assert.deepEqual(told, [{}, { ann: 1 }, { ann: 1, bob: 2 }]);
  });

  test('what was shown meanwhile is not taken back by an older answer', async () => {
    watch();
    box.follow(at('idle'), at('live'), 'ann');
    box.hear({ epoch: 1, read: { bob: 7 } });
    answer({ bob: 5, eve: 2 });
    await settle();
    assert.deepEqual(told.at(-1), { bob: 7, eve: 2 });
  });

  test('it is read again in every subscription, over another link, and after frames were shed', async () => {
    watch();
    box.follow(at('idle'), at('live'), 'ann');
    box.follow(at('live'), at('live'), 'ann');
    assert.equal(asked.length, 1, 'an event is no reason');
    box.follow(at('live'), at('idle'), 'ann');
    assert.equal(asked[0].signal.aborted, true);
    box.follow(at('joining'), at('live'), 'ann');
    assert.equal(asked.length, 2);
    box.follow(at('live', { moving: 3 }), at('live'), 'ann');
    assert.equal(asked.length, 3);
    box.missed();
    assert.equal(asked.length, 4);
    asked[2].resolve({ epoch: 1, read: { bob: 1 }, next: 'x' });
    await settle();
    assert.equal(asked.length, 4, 'one that was given up goes on no more');
  });

  test('what cannot be read is read again, what is refused is not', async () => {
    watch();
    box.follow(at('idle'), at('live'), 'ann');
    asked[0].reject(new TailraceProblem({ code: 'not_ready', detail: '', status: 503, retry: true, retryAfterMs: 2000 }));
    await settle();
    tick(1999);
    assert.equal(asked.length, 1);
    tick(1000);
    assert.equal(asked.length, 2);
    asked[1].reject(new TailraceProblem({ code: 'not_available', detail: '', status: 404 }));
    await settle();
    assert.equal(timers.size, 0);
  });

  test('over a transport without a way back nothing is said before there is one', async () => {
    box.follow(at('idle'), at('live'), null);
    box.read(1, 4);
    assert.deepEqual(said, []);
    assert.equal(timers.size, 0);
    box.follow(at('live', { moving: 3 }), at('live'), 'ann');
    assert.deepEqual(said, [4]);
  });

  test('it is said until it is kept, and then no timer runs', () => {
    box.follow(at('idle'), at('live'), 'ann');
    box.read(1, 4);
    box.read(1, 6);
    tick(501);
    assert.deepEqual(said, [4, 6]);
    tick(5001);
    assert.deepEqual(said, [4, 6, 6]);
    box.refused({ code: 'not_ready', retryAfterMs: 200, ref: 4 });
    tick(201);
    assert.deepEqual(said, [4, 6, 6], 'that was of something else');
    box.refused({ code: 'not_ready', retryAfterMs: 200 });
    tick(201);
    assert.deepEqual(said, [4, 6, 6, 6]);
    box.hear({ epoch: 1, read: { ann: 6 } });
    assert.equal(timers.size, 0);
  });

  test('cleared, it shows and says nothing more and leaves no timer', () => {
    watch();
    box.follow(at('idle'), at('live'), 'ann');
    box.hear({ epoch: 1, read: { bob: 6 } });
    box.read(1, 4);
    assert.equal(timers.size, 1);
    box.clear();
    assert.deepEqual(told, [{}, { bob: 6 }, {}]);
    assert.equal(asked[0].signal.aborted, true);
    assert.equal(timers.size, 0);
  });
});
