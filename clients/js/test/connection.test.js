import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BACKOFF_CAP_MS, backoffMs } from '../src/connection/backoff.js';
import { SLEEP_MS, decideConnection, initialConnection } from '../src/connection/decide.js';
import { nextDueMs } from '../src/connection/deadlines.js';
import { ServerClock } from '../src/connection/server-clock.js';
import { FakeLine } from './support/fake-line.js';

const TIME = Date.UTC(2026, 0, 1);
const iso = (ms) => new Date(ms).toISOString();

/** A line that is up, with nothing left to be said. */
function open(options) {
  const line = new FakeLine(options);
  line.feed({ on: 'start' });
  line.feed({ on: 'token', token: 'jwt' });
  line.feed({ on: 'opened', link: 1 });
  line.welcome(1);
  return line;
}

describe('the connection', () => {
  test('asks for a token, opens, says hello, and lets subscribe only after the welcome', () => {
    const line = new FakeLine();
    assert.deepEqual(line.feed({ on: 'start' }), [{ do: 'fetchToken', fresh: false }]);
    assert.deepEqual(line.feed({ on: 'token', token: 'jwt' }), [{ do: 'open', link: 1, transport: 'ws' }]);
    assert.deepEqual(line.feed({ on: 'opened', link: 1 }), [
      { do: 'send', link: 1, frame: { t: 'hello', token: 'jwt', version: 1 } },
    ]);
    assert.deepEqual(line.welcome(1).at(-1), { do: 'up', link: 1 });
    assert.equal(line.state.phase, 'open');
  });

  test('waits longer after each failure, and starts afresh once a connection was stable', () => {
    const line = open();
    const waits = [];
    for (let i = 0; i < 3; i++) {
      line.cut();
      waits.push(line.waitMs());
      line.pass(waits.at(-1));
      line.feed({ on: 'token', token: 'jwt' });
    }
    assert.deepEqual(waits, [125, 250, 500]);
    line.feed({ on: 'opened', link: line.state.link });
    line.welcome(line.state.link);
    line.pong();
    line.pass(400);
    line.pong();
    for (let i = 0; i < 15; i++) {
      line.pass(400);
      line.pong();
    }
    line.cut();
    assert.equal(line.waitMs(), 125);
  });

  test('a token that cannot be had is a failure like any other, and no fault of the transport', () => {
    const line = new FakeLine({ transports: ['ws', 'poll'] });
    line.feed({ on: 'start' });
    for (let i = 0; i < 4; i++) {
      line.feed({ on: 'tokenFailed', problem: new Error('login') });
      assert.deepEqual([line.state.phase, line.state.lastClose.reason], ['waiting', 'login']);
      line.pass(line.waitMs());
    }
    assert.equal(line.state.transport, 0);
  });

  test('a refusal that the same client can never overcome ends it (engine.io#706: no retry loop)', () => {
    for (const code of [4426, 4413]) {
      const line = open();
      assert.deepEqual(line.cut(code, 'frame too large'), [{ do: 'down' }]);
      assert.deepEqual(line.state.lastClose, { code, reason: 'frame too large' });
      assert.equal(line.state.phase, 'refused');
      assert.equal(nextDueMs(line.state), null);
    }
  });

  test('what the server asks for is obeyed: Retry-After, a rate limit, overload', () => {
    const refused = new FakeLine();
    refused.feed({ on: 'start' });
    refused.feed({ on: 'token', token: 'jwt' });
    refused.feed({ on: 'closed', link: 1, code: 1006, reason: '503', retryAfterMs: 9_000 });
    assert.equal(refused.waitMs(), 9_125);
    for (const code of [4429, 1013]) {
      const line = open();
      line.cut(code);
      assert.equal(line.waitMs(), 2_125);
    }
  });

  test('buzz#4542, centrifuge-js#408: a restart sends nobody back at once, and not all at the same moment', () => {
    const waits = [0, 0.25, 0.5, 0.75].map((random) => {
      const line = open({ random });
      line.cut(1012);
      return line.waitMs();
    });
    assert.deepEqual(waits, [0, 500, 1000, 1500]);
  });

  test('the network coming back ends the wait, and makes an open connection prove itself', () => {
    const line = open();
    line.cut();
    assert.deepEqual(line.feed({ on: 'wake' }), [{ do: 'fetchToken', fresh: false }]);
    const up = open();
    up.pong();
    assert.deepEqual(up.feed({ on: 'wake' }).map(({ frame }) => frame.t), ['ping']);
    up.pass(4_100);
    assert.equal(up.state.phase, 'waiting');
  });

  test('an unanswered ping means a dead connection, whatever else it is', () => {
    const line = open();
    line.pass(400);
    line.pass(9_700);
    assert.equal(line.state.phase, 'waiting');
    assert.deepEqual(line.state.lastClose, { code: 4408, reason: 'no answer to a ping' });
  });

  test('anything heard is an answer', () => {
    const line = open();
    for (let i = 0; i < 40; i++) {
      line.pass(400);
      line.frame({ t: 'event', channel: 'chat:1' });
    }
    assert.equal(line.state.phase, 'open');
  });

  test('pings soon and often at first, for the clock, then as the server asks', () => {
    const line = open();
    const waits = [];
    for (let i = 0; i < 6; i++) {
      line.pong();
      const before = line.nowMs;
      line.until((effects) => effects.some(({ frame }) => frame?.t === 'ping'));
      waits.push(line.nowMs - before);
    }
    assert.deepEqual(waits, [400, 400, 400, 400, 10_000, 10_000]);
  });

  test('no welcome in time is given up', () => {
    for (const opened of [false, true]) {
      const line = new FakeLine();
      line.feed({ on: 'start' });
      line.feed({ on: 'token', token: 'jwt' });
      if (opened) {
        line.feed({ on: 'opened', link: 1 });
      }
      assert.deepEqual(line.pass(10_000).map((effect) => effect.do), ['close']);
      assert.equal(line.state.phase, 'waiting');
    }
  });

  test('stopping closes every link and forgets everything', () => {
    const line = open();
    line.frame({ t: 'drain', reconnectAfterMs: 5, deadlineMs: 5000 });
    line.pass(5);
    assert.deepEqual(line.feed({ on: 'stop' }), [
      { do: 'close', link: 1, code: 1000, reason: 'done' },
      { do: 'close', link: 2, code: 1000, reason: 'done' },
      { do: 'down' },
    ]);
    assert.equal(line.state.phase, 'stopped');
    assert.equal(nextDueMs(line.state), null);
  });

  test('socket.io#4880: what a link says after it was given up is not heard', () => {
    const line = open();
    line.cut();
    line.pass(line.waitMs());
    line.feed({ on: 'token', token: 'jwt' });
    line.feed({ on: 'opened', link: 2 });
    line.welcome(2);
    for (const late of [
      { on: 'closed', link: 1, code: 4408, reason: 'no sign of life' },
      { on: 'opened', link: 1 },
      { on: 'frame', link: 1, frame: { t: 'drain', reconnectAfterMs: 0 } },
    ]) {
      assert.deepEqual(line.feed(late), []);
    }
    assert.equal(line.state.phase, 'open');
    assert.equal(line.state.deadlines.drain, undefined);
  });
});

describe('tokens', () => {
  test('are renewed before they end, by the clock of the server', () => {
    const line = open({ expMs: TIME + 3_600_000 });
    line.pong();
    assert.equal(line.state.deadlines.renew - line.nowMs, 3_570_000);
    line.frame({ t: 'authed', exp: iso(TIME + 40_000) }, TIME);
    assert.equal(line.state.deadlines.renew - line.nowMs, 20_000);
    line.idle(20_000);
    assert.deepEqual(line.last, [{ do: 'fetchToken', fresh: true }]);
    assert.deepEqual(line.feed({ on: 'token', token: 'new' }), [
      { do: 'send', link: 1, frame: { t: 'auth', token: 'new' } },
    ]);
  });

  test('a renewal that fails is tried again while the old one lives', () => {
    const line = open({ expMs: TIME + 60_000 });
    line.idle(30_000);
    line.feed({ on: 'tokenFailed', problem: new Error('login') });
    assert.equal(line.state.phase, 'open');
    assert.equal(line.state.deadlines.renew - line.nowMs, 15_000);
  });

  test('mercure#666: after 4401 another token is fetched', () => {
    const line = open();
    line.cut(4401, 'the token has expired');
    assert.deepEqual(line.pass(line.waitMs()), [{ do: 'fetchToken', fresh: true }]);
    line.feed({ on: 'token', token: 'new' });
    line.cut();
    assert.deepEqual(line.pass(line.waitMs()), [{ do: 'fetchToken', fresh: false }]);
  });
});

describe('time that jumps', () => {
  test('a background tab, called once a minute, stays connected', () => {
    const line = open();
    line.pong();
    for (let minute = 0; minute < 10; minute++) {
      line.pass(60_000);
      line.pong();
    }
    assert.equal(line.state.phase, 'open');
    assert.equal(line.state.links, 1);
  });

  test('called late with an answer still unread, it gets one more chance, and only one', () => {
    const line = open();
    line.pass(400);
    assert.ok(line.pass(60_000).some(({ frame }) => frame?.t === 'ping'));
    assert.equal(line.state.phase, 'open');
    line.pass(60_000);
    assert.equal(line.state.phase, 'waiting');
  });

  test('after a sleep it reconnects at once, without a back-off', () => {
    for (const clock of ['both', 'wall']) {
      const line = open();
      line.pong();
      if (clock === 'both') {
        line.nowMs += SLEEP_MS + 20_000;
      }
      line.wallMs += SLEEP_MS + 20_000;
      const effects = line.pass(500);
      assert.deepEqual(effects.map((effect) => effect.do), ['close', 'down', 'fetchToken'], clock);
      assert.equal(line.state.phase, 'fetching');
    }
  });

  test('a frame that comes first after a sleep does not hide it', () => {
    const line = open();
    line.pong();
    line.wallMs += 3_600_000;
    line.frame({ t: 'event', channel: 'chat:1' });
    line.pass(10_000);
    assert.equal(line.state.phase, 'fetching');
  });

  test('a wall clock that is set back does nothing', () => {
    const line = open();
    line.pong();
    line.wallMs -= 3_600_000;
    line.pass(400);
    assert.equal(line.state.phase, 'open');
  });
});

describe('drain', () => {
  function draining() {
    const line = open();
    line.pong();
    line.frame({ t: 'drain', reconnectAfterMs: 300, deadlineMs: 5000 });
    assert.deepEqual(line.pass(300), [{ do: 'open', link: 2, transport: 'ws' }]);
    return line;
  }

  test('connects elsewhere when told, moves there, then closes the old one', () => {
    const line = draining();
    assert.equal(line.state.link, 1);
    line.feed({ on: 'opened', link: 2 });
    const effects = line.welcome(2);
    assert.deepEqual(effects.at(-1), { do: 'moving', link: 2, from: 1 });
    assert.ok(effects.every((effect) => effect.do !== 'down' && effect.do !== 'close'));
    assert.deepEqual(line.feed({ on: 'moved' }), [{ do: 'close', link: 1, code: 1000, reason: 'moved' }]);
    assert.deepEqual([line.state.phase, line.state.link, line.state.old], ['open', 2, 0]);
  });

  test('a channel that is never answered does not keep the old link', () => {
    const line = draining();
    line.feed({ on: 'opened', link: 2 });
    line.welcome(2);
    line.pong();
    line.until((effects) => effects.some((effect) => effect.do === 'close'));
    assert.equal(line.state.old, 0);
  });

  test('where the other gateway cannot be reached, it is tried again while this one works', () => {
    const line = draining();
    const waits = [];
    for (let i = 0; i < 3; i++) {
      line.feed({ on: 'closed', link: line.state.next.link, code: 1006, reason: '' });
      waits.push(line.state.deadlines.drain - line.nowMs);
      line.idle(waits.at(-1));
    }
    assert.deepEqual(waits, [125, 250, 500]);
    assert.equal(line.state.phase, 'open');
    assert.equal(line.state.link, 1);
  });

  test('where the old one ends first, the new one takes its place', () => {
    const line = draining();
    assert.deepEqual(line.cut(1001, 'drained').map((effect) => effect.do), ['down']);
    assert.deepEqual([line.state.phase, line.state.link], ['opening', 2]);
    line.feed({ on: 'opened', link: 2 });
    assert.deepEqual(line.welcome(2).at(-1), { do: 'up', link: 2 });
  });

  test('where the new one dies while channels move, both are left and all begin again', () => {
    const line = draining();
    line.feed({ on: 'opened', link: 2 });
    line.welcome(2);
    const effects = line.cut();
    assert.deepEqual(effects, [{ do: 'close', link: 1, code: 1000, reason: 'done' }, { do: 'down' }]);
    assert.equal(line.state.phase, 'waiting');
  });
});

describe('transports', () => {
  const all = ['ws', 'sse', 'poll'];
  const attempt = (line, how = { code: 1006, reason: '' }) => {
    const [{ transport }] = line.feed({ on: 'token', token: 'jwt' }).filter((effect) => effect.do === 'open');
    line.feed({ on: 'closed', link: line.state.link, ...how });
    line.pass(line.waitMs());
    return transport;
  };
  const starting = () => {
    const line = new FakeLine({ transports: all });
    line.feed({ on: 'start' });
    return line;
  };

  test('what carries nothing is fallen away from, and after the last comes the first', () => {
    const line = starting();
    assert.deepEqual(Array.from({ length: 6 }, () => attempt(line)), ['ws', 'ws', 'sse', 'poll', 'ws', 'ws']);
  });

  test('a refusal that the server itself has spoken is no fault of the transport', () => {
    const line = starting();
    const spoken = [{ code: 4401 }, { code: 1006, retryAfterMs: 50 }, { code: 4429 }];
    assert.deepEqual(spoken.map((how) => attempt(line, { reason: '', ...how })), ['ws', 'ws', 'ws']);
  });

  test('one that has carried something is kept, however often it is cut', () => {
    const line = open({ transports: all });
    for (let i = 0; i < 5; i++) {
      line.pong();
      line.cut();
      line.pass(line.waitMs());
      line.feed({ on: 'token', token: 'jwt' });
      line.feed({ on: 'opened', link: line.state.link });
      line.welcome(line.state.link);
    }
    assert.equal(line.state.transport, 0);
  });

  test('a stream that a proxy holds back is noticed by its silence, and fallen away from', () => {
    const line = starting();
    attempt(line);
    attempt(line);
    const [{ transport }] = line.feed({ on: 'token', token: 'jwt' });
    assert.equal(transport, 'sse');
    line.feed({ on: 'opened', link: line.state.link });
    // over a stream the welcome is made up: it says nothing of the server
    line.welcome(line.state.link);
    line.until((effects) => effects.some((effect) => effect.do === 'down'));
    assert.ok(line.nowMs - line.begunMs < 12_000);
    line.pass(line.waitMs());
    assert.equal(line.feed({ on: 'token', token: 'jwt' })[0].transport, 'poll');
  });

  test('the best one is tried again beside a lesser one, less and less often, and moved to', () => {
    const line = starting();
    attempt(line);
    attempt(line);
    line.feed({ on: 'token', token: 'jwt' });
    line.feed({ on: 'opened', link: line.state.link });
    line.welcome(line.state.link);
    line.pong();
    const waits = [];
    for (let i = 0; i < 3; i++) {
      const before = line.nowMs;
      line.until((effects) => effects.some((effect) => effect.do === 'open' && effect.transport === 'ws'));
      waits.push(line.nowMs - before);
      if (i < 2) {
        line.feed({ on: 'closed', link: line.state.next.link, code: 1006, reason: '' });
      }
    }
    assert.deepEqual(waits, [30_000, 60_000, 120_000]);
    const { link } = line.state.next;
    line.feed({ on: 'opened', link });
    assert.deepEqual(line.welcome(link).at(-1).do, 'moving');
    assert.equal(line.state.transport, 0);
  });

  test('who comes back may have come to another network: the best has its chance', () => {
    const line = starting();
    attempt(line);
    attempt(line);
    assert.equal(line.state.transport, 1);
    line.feed({ on: 'token', token: 'jwt' });
    line.feed({ on: 'closed', link: line.state.link, code: 1006, reason: '' });
    line.feed({ on: 'wake' });
    assert.equal(line.feed({ on: 'token', token: 'jwt' })[0].transport, 'ws');
  });
});

test('nothing unknown is taken', () => {
  assert.throws(() => decideConnection(initialConnection, { on: 'x', nowMs: 0, wallMs: 0 }, { transports: ['ws'] }), TypeError);
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
