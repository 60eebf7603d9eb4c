import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BACKOFF_CAP_MS, backoffMs } from '../src/connection/backoff.js';
import { decideConnection, initialConnection } from '../src/connection/decide.js';
import { ServerClock } from '../src/connection/server-clock.js';

function feed(state, ...inputs) {
  const effects = [];
  for (const input of inputs) {
    const result = decideConnection(state, input);
    state = result.state;
    effects.push(...result.effects);
  }
  return { state, effects };
}

const welcome = {
  on: 'frame',
  frame: { t: 'welcome', session: 's', heartbeatMs: 20_000, time: '2026-01-01T00:00:00Z', exp: '2026-01-01T01:00:00Z' },
};
const greeted = [{ on: 'start' }, { on: 'token', token: 'jwt' }, { on: 'opened' }, welcome];
const open = () => feed(initialConnection, ...greeted).state;
const kinds = (effects) => effects.map((effect) => effect.do);
const timer = (effects, name) => effects.find((effect) => effect.do === 'timer' && effect.name === name);
const backoff = (effects) => effects.find((effect) => effect.do === 'backoff');

describe('the connection', () => {
  test('asks for a token, opens, says hello, and lets subscribe only after the welcome', () => {
    const { state, effects } = feed(initialConnection, ...greeted.slice(0, 3));
    assert.deepEqual(kinds(effects), ['noTimers', 'fetchToken', 'open', 'timer', 'send']);
    assert.deepEqual(effects.at(-1).frame, { t: 'hello', token: 'jwt', version: 1 });
    const after = feed(state, welcome);
    assert.equal(after.state.phase, 'open');
    assert.ok(kinds(after.effects).includes('up'));
  });

  test('waits longer after each failure, and starts afresh once a connection was stable', () => {
    const closed = { on: 'closed', code: 1006, reason: '' };
    const again = [{ on: 'timer', name: 'retry' }, { on: 'token', token: 'jwt' }, closed];
    const { state, effects } = feed(open(), closed, ...again, ...again);
    assert.deepEqual(effects.filter((effect) => effect.do === 'backoff').map(({ attempt }) => attempt), [0, 1, 2]);
    const up = feed(state, { on: 'timer', name: 'retry' }, ...greeted.slice(1)).state;
    assert.equal(backoff(feed(up, closed).effects).attempt, 3);
    assert.equal(backoff(feed(up, { on: 'timer', name: 'stable' }, closed).effects).attempt, 0);
  });

  test('a token that cannot be had is a failure like any other', () => {
    const { state, effects } = feed(initialConnection, { on: 'start' }, { on: 'tokenFailed', problem: new Error('login') });
    assert.equal(state.phase, 'waiting');
    assert.equal(state.lastClose.reason, 'login');
    assert.ok(backoff(effects));
  });

  test('a version that the server does not speak ends it', () => {
    assert.equal(feed(open(), { on: 'closed', code: 4426, reason: 'version' }).state.phase, 'refused');
  });

  test('a rate limit makes the wait begin later', () => {
    assert.ok(backoff(feed(open(), { on: 'closed', code: 4429, reason: 'rate' }).effects).floorMs > 0);
  });

  test('the network coming back ends the wait, and does nothing else', () => {
    const waiting = feed(open(), { on: 'closed', code: 1006, reason: '' }).state;
    assert.equal(feed(waiting, { on: 'online' }).state.phase, 'fetching');
    assert.deepEqual(feed(open(), { on: 'online' }).effects, []);
  });

  test('an unanswered ping means a dead connection', () => {
    const beat = feed(open(), { on: 'timer', name: 'heartbeat' });
    assert.ok(timer(beat.effects, 'heartbeat').ms < 20_000);
    assert.deepEqual(kinds(feed(beat.state, { on: 'timer', name: 'pong' }).effects), ['close', 'noTimers', 'down', 'backoff']);
    const answered = feed(beat.state, { on: 'frame', frame: { t: 'pong' } }, { on: 'timer', name: 'pong' });
    assert.equal(answered.state.phase, 'open');
  });

  test('pings soon and often at first, for the clock, then as the server asks', () => {
    const waits = [timer(feed(initialConnection, ...greeted).effects, 'heartbeat').ms];
    let state = open();
    for (let i = 0; i < 5; i++) {
      const beat = feed(state, { on: 'timer', name: 'heartbeat' });
      waits.push(timer(beat.effects, 'heartbeat').ms);
      state = beat.state;
    }
    assert.deepEqual(waits, [400, 400, 400, 400, 10_000, 10_000]);
  });

  test('no welcome in time is given up', () => {
    for (const reached of [2, 3]) {
      const { state } = feed(initialConnection, ...greeted.slice(0, reached), { on: 'timer', name: 'greeting' });
      assert.equal(state.phase, 'waiting');
    }
  });

  test('a token is renewed before it ends, by the clock of the server', () => {
    const { effects } = feed(initialConnection, ...greeted);
    assert.equal(timer(effects, 'renew').ms, 3_570_000);
    const renewal = feed(open(), { on: 'timer', name: 'renew' }, { on: 'token', token: 'new' });
    assert.deepEqual(renewal.effects, [{ do: 'fetchToken' }, { do: 'send', frame: { t: 'auth', token: 'new' } }]);
    const authed = { on: 'frame', frame: { t: 'authed', exp: '2026-01-01T00:00:40Z' }, serverNowMs: Date.UTC(2026, 0, 1) };
    assert.equal(timer(feed(open(), authed).effects, 'renew').ms, 20_000);
  });

  test('a gateway that leaves is left when it says so, without a back-off of failures', () => {
    const drained = feed(open(), { on: 'frame', frame: { t: 'drain', reconnectAfterMs: 700, deadlineMs: 5000 } });
    assert.equal(timer(drained.effects, 'drain').ms, 700);
    assert.equal(backoff(feed(drained.state, { on: 'timer', name: 'drain' }).effects).attempt, 0);
  });

  test('stopping closes the socket and forgets everything', () => {
    const { state, effects } = feed(open(), { on: 'stop' });
    assert.equal(state, initialConnection);
    assert.deepEqual(kinds(effects), ['noTimers', 'close', 'down']);
  });

  test('what a socket says after it was given up is not heard', () => {
    const waiting = feed(open(), { on: 'closed', code: 1006, reason: '' }).state;
    for (const late of [{ on: 'closed', code: 1000 }, { on: 'opened' }, welcome]) {
      assert.deepEqual(feed(waiting, late), { state: waiting, effects: [] });
    }
  });
});

test('the back-off grows to its cap, with the whole range as jitter', () => {
  assert.equal(backoffMs(0, 0), 0);
  assert.equal(backoffMs(3, 0.5), 1000);
  assert.equal(backoffMs(1000, 1), BACKOFF_CAP_MS);
  assert.equal(backoffMs(0, 0, 3000), 3000);
});

test('the clock follows the shortest round trip of late', () => {
  const clock = new ServerClock();
  assert.equal(clock.offsetMs, null);
  clock.add(100, 140, 1120);
  clock.add(200, 204, 1212);
  clock.add(300, 390, 1390);
  assert.deepEqual([clock.offsetMs, clock.roundTripMs], [1010, 4]);
  for (let i = 0; i < 8; i++) {
    clock.add(1000, 1010, 1505);
  }
  assert.equal(clock.offsetMs, 500);
});
