import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { SignalBox } from '../src/channel/signal-box.js';
import { goOn, hear, HELD_MAX, nextExpiry, nextTurn, say, SHOWN_MAX, SILENCE, unhurried } from '../src/channel/signals.js';
import { random } from './support/random.js';

const frame = (user, type, data, ttlMs = 5000) => ({ t: 'signal', channel: 'chat:1', user, type, data, ttlMs });

describe('what others say', () => {
  test('the latest of each user and type is shown until it expires', () => {
    let shown = hear(SILENCE, frame('ann', 'typing', 1), 0);
    shown = hear(shown, frame('bob', 'typing', 2), 100);
    shown = hear(shown, frame('ann', 'cursor', 3), 200);
    shown = hear(shown, frame('ann', 'typing', 4, 1000), 300);
    assert.deepEqual(
      shown.map(({ user, type, data, untilMs }) => [user, type, data, untilMs]),
      [['bob', 'typing', 2, 5100], ['ann', 'cursor', 3, 5200], ['ann', 'typing', 4, 1300]],
    );
    assert.equal(nextExpiry(shown), 1300);
  });

  test('however many speak, what is shown is bounded', () => {
    let shown = SILENCE;
    for (let i = 0; i < SHOWN_MAX + 5; i++) {
      shown = hear(shown, frame(`u${i}`, 'typing', i), 0);
    }
    assert.equal(shown.length, SHOWN_MAX);
    assert.equal(shown[0].user, 'u5');
  });
});

describe('what is said', () => {
  test('at random: never faster than allowed, the latest of each type always goes out, nothing that was overtaken', () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1e9);
    const chance = random(seed);
    const perSecond = 1 + chance.below(20);
    let pace = unhurried(0, perSecond);
    let nowMs = 0;
    const latest = new Map();
    const out = [];
    const take = ({ pace: next, send }) => {
      pace = next;
      for (const { type, data } of send) {
        assert.ok(data > (out.findLast((one) => one.type === type)?.data ?? -1), `seed ${seed}: went back`);
        out.push({ type, data, nowMs });
      }
    };
    for (let i = 0; i < 3000; i++) {
      nowMs += chance.below(60);
      const type = `t${chance.below(5)}`;
      latest.set(type, i);
      take(say(pace, type, i, nowMs));
      if (chance.chance(0.3)) {
        take(goOn(pace, nowMs));
      }
    }
    while (nextTurn(pace) !== null) {
      assert.ok(nextTurn(pace) >= nowMs, `seed ${seed}`);
      nowMs = nextTurn(pace) + 1;
      take(goOn(pace, nowMs));
    }
    for (const [type, data] of latest) {
      assert.equal(out.findLast((one) => one.type === type).data, data, `seed ${seed}`);
    }
    // a second's worth may have been saved, and a second's worth is earned
    for (const { nowMs: from } of out) {
      const within = out.filter((one) => one.nowMs >= from && one.nowMs < from + 1000).length;
      assert.ok(within <= 2 * perSecond, `seed ${seed}: ${within} in a second, of ${perSecond}`);
    }
    assert.ok(out.length < 3000, `seed ${seed}: nothing had to wait`);
  });

  test('of more types than may wait the oldest go', () => {
    let { pace } = say(unhurried(0, 1), 'first', 0, 0);
    for (let i = 0; i < HELD_MAX + 3; i++) {
      ({ pace } = say(pace, `t${i}`, i, 0));
    }
    assert.equal(pace.held.length, HELD_MAX);
    assert.equal(pace.held[0].type, 't3');
  });
});

describe('the box around it', () => {
  let nowMs;
  let sent;
  let box;
  let timers;
  let told;

  const tick = (ms) => {
    nowMs += ms;
    mock.timers.tick(ms);
  };
  const words = () => box.shown.map(({ user, data }) => `${user} ${data}`);

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    nowMs = 1000;
    sent = [];
    told = [];
    timers = new Set();
    const { setTimeout: set, clearTimeout: clear } = globalThis;
    mock.method(globalThis, 'setTimeout', (run, ms) => {
      const timer = set(() => (timers.delete(timer), run()), ms);
      timers.add(timer);
      return timer;
    });
    mock.method(globalThis, 'clearTimeout', (timer) => (timers.delete(timer), clear(timer)));
    box = new SignalBox({ nowMs: () => nowMs, send: (type, data) => sent.push([type, data]), perSecond: async () => 2 });
    box.watch((shown) => told.push(shown.length));
  });
  afterEach(() => {
    mock.restoreAll();
    mock.timers.reset();
  });

  test('what expires goes by itself and is told, and then no timer runs', () => {
    box.hear(frame('ann', 'typing', 1, 500));
    box.hear(frame('bob', 'typing', 2, 800));
    assert.deepEqual(words(), ['ann 1', 'bob 2']);
    tick(501);
    assert.deepEqual(words(), ['bob 2']);
    box.hear(frame('bob', 'typing', 3, 800));
    tick(799);
    assert.deepEqual(words(), ['bob 3'], 'said again in time');
    tick(2);
    assert.deepEqual(words(), []);
    assert.deepEqual(told, [0, 1, 2, 1, 1, 0]);
    assert.equal(timers.size, 0);
  });

  test('the rate is the contract’s, and the last that was said goes out', async () => {
    box.say('cursor', 0);
    await new Promise((done) => setImmediate(done));
    for (let i = 1; i <= 30; i++) {
      box.say('cursor', i);
    }
    assert.deepEqual(sent, [['cursor', 0], ['cursor', 1], ['cursor', 2]]);
    tick(502);
    assert.deepEqual(sent.at(-1), ['cursor', 30]);
    assert.equal(sent.length, 4);
    assert.equal(timers.size, 0);
  });

  test('closed, it says and shows nothing more and leaves no timer', () => {
    for (let i = 0; i < 30; i++) {
      box.say(`t${i}`, i);
    }
    box.hear(frame('ann', 'typing', 1));
    assert.equal(timers.size, 2);
    const before = sent.length;
    box.close();
    box.hear(frame('ann', 'typing', 2));
    assert.equal(timers.size, 0);
    assert.deepEqual(box.shown, []);
    assert.equal(told.at(-1), 0);
    tick(60_000);
    assert.equal(sent.length, before);
  });
});
