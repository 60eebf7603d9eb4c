import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { connect, fileCache } from '../src/node/index.js';
import { NodeWebSocket } from '../src/node/web-socket.js';
import { cableTo } from './support/cable.js';
import { SmallServer, serverFrame } from './support/small-server.js';

/** The whole client over real sockets, against a small server. */
let server;
let folder;
const clients = [];
const stops = [];

beforeEach(async () => {
  server = await new SmallServer().listen();
  folder = mkdtempSync(join(tmpdir(), 'tailrace-cache-'));
});
afterEach(async () => {
  stops.splice(0).forEach((stop) => stop());
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await server.close();
  rmSync(folder, { recursive: true });
});

function open(options = {}) {
  const client = connect({ url: server.url, token: 'jwt', ...options });
  clients.push(client);
  return client;
}

function follow(client, channel = 'chat:1', options = {}) {
  const told = [];
  const follower = client.follow(channel, {
    onEvents: (events, { via }) => told.push(...events.map(({ seq, raw }) => [seq, raw, via])),
    onVoid: ({ after }) => told.push(['void', after]),
    onSkip: ({ after }) => told.push(['skip', after]),
    ...options,
  });
  return { follower, told, phases: phasesOf(follower) };
}

function phasesOf(follower) {
  const phases = [];
  follower.watch(({ phase }) => phases.at(-1) !== phase && phases.push(phase));
  return phases;
}

async function until(isSo, what) {
  for (let i = 0; i < 12_000; i++) {
    if (isSo()) {
      return;
    }
    await new Promise((done) => setTimeout(done, 5));
  }
  assert.fail(`it never came: ${what}`);
}

const write = (text, channel = 'chat:1') => server.write(channel, { id: `id-${text}`, type: 'message.posted' }, JSON.stringify({ text }));
/** Writes one event after the other until it is stopped, at the latest with the test. */
function keepWriting(everyMs) {
  const timer = setInterval(() => write(`m${server.log('chat:1').length}`), everyMs);
  const stop = () => clearInterval(timer);
  stops.push(stop);
  return stop;
}

const seqs = (told) => told.map(([seq]) => seq);

describe('transports', () => {
  test('where no WebSocket is let through, events come as a stream', async () => {
    server.ws = 'absent';
    const client = open();
    const { follower, told } = follow(client);
    await until(() => follower.state.phase === 'live', 'live');
    assert.equal(client.state.transport, 'sse');
    write('a');
    await until(() => told.length === 1, 'the event');
    assert.deepEqual(server.requests.slice(0, 3), ['upgrade', 'upgrade', 'GET /v1/sse']);
  });

  test('where a proxy holds the stream back too, they are polled for, and the channel says so', { timeout: 90_000 }, async () => {
    server.ws = 'absent';
    server.sse = 'absent';
    const client = open();
    const { follower, told } = follow(client);
    await until(() => follower.state.phase === 'degraded', 'degraded');
    assert.equal(client.state.transport, 'poll');
    write('a');
    write('b');
    await until(() => told.length === 2, 'the events');
    assert.deepEqual(seqs(told), [1, 2]);
  });

  test('a stream without a single byte is given up within seconds', { timeout: 90_000 }, async () => {
    server.ws = 'absent';
    server.sse = 'hold';
    const client = open();
    const { follower } = follow(client);
    await until(() => follower.state.phase === 'degraded', 'degraded');
    assert.equal(client.state.transport, 'poll');
  });

  test('a stream that is refused for no fault of a channel is not asked for again and again', async () => {
    server.sse = 'refuse';
    const client = open({ transports: ['sse', 'poll'], random: () => 0 });
    const followers = [follow(client, 'chat:1'), follow(client, 'chat:2')];
    await until(() => followers.every(({ follower }) => follower.state.phase === 'degraded'), 'degraded');
    assert.equal(server.requests.filter((request) => request === 'GET /v1/sse').length, 2);
  });

  test('an upgrade refused for now is no reason to fall away, and its Retry-After is obeyed', async () => {
    server.ws = 'refuse';
    const client = open();
    const { follower } = follow(client);
    await until(() => client.state.phase === 'waiting', 'waiting');
    // measured from the refusal, however long it took to hear of it; timers may be a millisecond early
    assert.ok(client.state.retryAtMs - performance.timeOrigin - server.upgradesMs.at(-1) > 990);
    server.ws = 'ok';
    await until(() => follower.state.phase === 'live', 'live');
    const times = server.upgradesMs;
    assert.ok(times.slice(1).every((at, i) => at - times[i] > 990), times.join());
    assert.equal(client.state.transport, 'ws');
  });
});

describe('cuts', () => {
  test('socket.io#5538: nothing was received before the drop', async () => {
    const { follower, told } = follow(open());
    await until(() => follower.state.phase === 'live', 'live');
    server.cut();
    ['a', 'b', 'c'].forEach((text) => write(text));
    await until(() => told.length === 3, 'three events');
    assert.deepEqual(seqs(told), [1, 2, 3]);
  });

  test('socket.io-redis-streams-adapter#39: five drops repeat nothing', async () => {
    const { follower, told } = follow(open({ random: () => 0 }));
    write('a');
    await until(() => told.length === 1, 'one event');
    const subscribes = () => [...server.sockets].filter(({ followed }) => followed.size > 0).length;
    const connects = () => server.requests.filter((one) => one === 'upgrade').length;
    for (let i = 1; i <= 6; i++) {
      await until(() => connects() === i && follower.state.phase === 'live' && subscribes() === 1, 'live');
      if (i < 6) {
        server.cut();
      }
    }
    assert.deepEqual(seqs(told), [1]);
  });

  test('socket.io#4880: a connection through which nothing passes is left, and its late end harms nobody', { timeout: 90_000 }, async () => {
    const cable = await cableTo(server.url);
    const { follower, told } = follow(open({ url: cable.url, random: () => 0 }));
    write('a');
    await until(() => told.length === 1, 'one event');
    cable.silence();
    write('b');
    await until(() => told.length === 2, 'the event that the silent connection swallowed');
    write('c');
    await until(() => told.length === 3, 'the next');
    cable.cut();
    write('d');
    await until(() => told.length === 4, 'and the next');
    assert.deepEqual(seqs(told), [1, 2, 3, 4]);
    assert.equal(follower.channel, 'chat:1');
    await cable.close();
  });

  test('rails#38668, centrifuge-js#265: the last of many quick changes counts', async () => {
    const client = open();
    await until(() => client.state.phase === 'open', 'open');
    let last;
    for (let i = 0; i < 300; i++) {
      last = follow(client);
      if (i < 299) {
        last.follower.leave();
      }
    }
    await until(() => last.follower.state.phase === 'live', 'live');
    write('a');
    await until(() => last.told.length === 1, 'the event');
    assert.deepEqual(seqs(last.told), [1]);
  });

  test('fluux-messenger#534: events that come while pages are read move no place past a hole', async () => {
    server.window = 2;
    for (let i = 0; i < 900; i++) {
      write(`m${i}`);
    }
    const { told } = follow(open({ random: () => 0 }));
    const stop = keepWriting(3);
    for (let i = 0; i < 3; i++) {
      await until(() => told.length > 300 * i, 'some events');
      server.cut();
    }
    stop();
    await until(() => told.length === server.log('chat:1').length, 'all events');
    assert.deepEqual(seqs(told), told.map((_, i) => i + 1));
  });

  test('workadventure#6125: what is behind subscribes again, and goes on', async () => {
    const { follower, told } = follow(open());
    await until(() => follower.state.phase === 'live', 'live');
    server.sockets.forEach((peer) => peer.followed.clear());
    write('a');
    server.say({ t: 'behind', channel: 'chat:1', after: 0, head: 1 });
    await until(() => told.length === 1, 'the event');
    write('b');
    await until(() => told.length === 2, 'the next');
    assert.deepEqual(seqs(told), [1, 2]);
  });

  test('mercure#704: a place that the server does not know is told, and begun anew', async () => {
    write('a');
    write('b');
    const [first] = server.log('chat:1');
    const client = open();
    for (const from of [{ epoch: 1, seq: 99, chain: first.chain }, { epoch: 1, seq: 1, chain: 'ffffffffffffffff' }]) {
      const { follower, told } = follow(client, 'chat:1', { from });
      await until(() => follower.state.phase === 'live' && follower.state.seq === 2, 'the end');
      assert.deepEqual(told.map(([what]) => what), ['void', 1, 2]);
      follower.leave();
    }
  });

  for (const transport of ['ws', 'sse']) test(`what is shed is told, and the channel says so: ${transport}`, async () => {
    const client = open({ transports: [transport] });
    const { phases, follower } = follow(client);
    await until(() => follower.state.phase === 'live', 'live');
    server.say({ t: 'degraded', lanes: ['signal'], dropped: { signal: 7 } });
    await until(() => follower.state.phase === 'degraded', 'degraded');
    assert.deepEqual(client.state.shed, { lanes: ['signal'], dropped: { signal: 7 } });
    server.say({ t: 'recovered', lanes: ['signal'], dropped: { signal: 7 } });
    await until(() => follower.state.phase === 'live', 'live');
    assert.deepEqual(phases.slice(-3), ['live', 'degraded', 'live']);
    assert.equal(client.state.shed, null);
  });
});

describe('drain', () => {
  test('buzz#4542: connects elsewhere, resumes there, then closes; no event twice, none lost', async () => {
    const client = open();
    const { told, phases, follower } = follow(client);
    await until(() => follower.state.phase === 'live', 'live');
    const [old] = server.sockets;
    server.say({ t: 'drain', reconnectAfterMs: 30, deadlineMs: 60_000 });
    const stop = keepWriting(1);
    const connects = () => server.requests.filter((one) => one === 'upgrade').length;
    await until(() => connects() === 2 && server.sockets.size === 1 && !server.sockets.has(old), 'another connection alone');
    stop();
    await until(() => told.length === server.log('chat:1').length, 'all events');
    assert.deepEqual(seqs(told), told.map((_, i) => i + 1));
    assert.ok(!phases.slice(phases.indexOf('live')).includes('connecting'), phases.join());
  });
});

describe('batches', () => {
  test('a thousand channels are resumed in frames that the server takes (engine.io#706)', async () => {
    const client = open();
    const followers = Array.from({ length: 1000 }, (_, i) => client.follow(`chat:${'x'.repeat(150)}-${i}`));
    await until(() => followers.every(({ state }) => state.phase === 'live'), 'all live');
    const [peer] = server.sockets;
    const frames = peer.heard.filter(({ t }) => t === 'subscribe');
    assert.ok(frames.length > 1 && frames.length < 10);
    assert.ok(frames.every((frame) => JSON.stringify(frame).length < 65_536));
  });
});

describe('tokens', () => {
  const jwt = (ttlMs, n) => `h.${btoa(JSON.stringify({ exp: Math.floor((Date.now() + ttlMs) / 1000), n }))}.s`;

  test('one that lives is not asked for again, by sends, reads or connects', async () => {
    let asked = 0;
    const client = open({ token: () => jwt(3_600_000, (asked += 1)) });
    const { follower } = follow(client);
    await until(() => follower.state.phase === 'live', 'live');
    await Promise.all(['a', 'b', 'c'].map((text) => client.publish('chat:1', 'message.posted', { text })));
    server.cut();
    await until(() => follower.state.seq === 3, 'the events');
    assert.equal(asked, 1);
  });
});

describe('the cache', () => {
  const cached = () => open({ cache: fileCache(folder) });

  test('a restart shows what was held, says so, and goes on from there', async () => {
    const first = cached();
    const before = follow(first);
    ['a', 'b', 'c'].forEach((text) => write(text));
    await until(() => before.told.length === 3, 'three events');
    await first.close();
    write('d');

    server.ws = 'refuse';
    const second = cached();
    const { follower, told } = follow(second);
    await until(() => told.length === 3, 'what was held');
    assert.deepEqual(told, [1, 2, 3].map((seq) => [seq, server.log('chat:1')[seq - 1].raw, 'cache']));
    assert.equal(follower.state.phase, 'cached');
    server.ws = 'ok';
    await until(() => told.length === 4, 'the missed event');
    assert.equal(told[3][2], 'replay');
    assert.equal(follower.state.phase, 'live');
    const [peer] = server.sockets;
    assert.equal(peer.heard.find(({ t }) => t === 'subscribe').channels[0].after, 3);
  });

  test('two clients of one user share it, and neither damages it', async () => {
    const faults = [];
    const both = [1, 2].map(() => open({ cache: fileCache(folder), onFault: (fault) => faults.push(fault) }));
    const followed = both.map((client) => follow(client));
    for (let i = 0; i < 40; i++) {
      write(`m${i}`);
      if (i % 10 === 9) {
        await both[(i / 10) & 1].flush();
      }
    }
    await until(() => followed.every(({ told }) => told.length === 40), 'all events');
    await Promise.all(both.map((client) => client.close()));
    assert.deepEqual(faults, []);
    const { told } = follow(cached());
    await until(() => told.length === 40, 'what was held');
    assert.deepEqual(seqs(told), told.map((_, i) => i + 1));
    assert.ok(told.every(([, , via]) => via === 'cache'));
    assert.ok(readdirSync(join(folder, 'channels')).every((name) => name.endsWith('.json')), 'nothing is left beside');
  });

  test('a damaged file is no file', async () => {
    const first = cached();
    const before = follow(first);
    write('a');
    write('b');
    await until(() => before.told.length === 2, 'two events');
    await first.close();
    const [file] = readdirSync(join(folder, 'channels'));
    const record = await fileCache(folder).loadChannel('chat:1');
    for (const text of ['{"epoch":', '[]', JSON.stringify({ ...record, events: record.events.map((one) => ({ ...one, raw: '"other"' })) })]) {
      writeFileSync(join(folder, 'channels', file), text);
      const client = cached();
      const { told } = follow(client);
      await until(() => told.length === 2, 'two events');
      assert.deepEqual(told.map(([, , via]) => via), ['replay', 'replay']);
      await client.close();
    }
  });

  test('what was not sent is sent by the next run, first and in order, as the same write', async () => {
    server.ws = 'absent';
    const dead = createServer((socket) => socket.destroy());
    dead.listen(0, '127.0.0.1');
    await once(dead, 'listening');
    const first = open({ url: `http://127.0.0.1:${dead.address().port}`, cache: fileCache(folder) });
    const ids = ['a', 'b', 'c'].map((text) => first.send('chat:1', 'message.posted', { text }).id);
    await first.close();
    dead.close();
    server.ws = 'ok';
    const second = cached();
    second.send('chat:1', 'message.posted', { text: 'd' });
    await until(() => server.log('chat:1').length === 4, 'four events');
    assert.deepEqual(server.log('chat:1').map(({ raw }) => JSON.parse(raw).text), ['a', 'b', 'c', 'd']);
    assert.deepEqual(server.log('chat:1').slice(0, 3).map(({ id }) => id), ids);
    await until(() => second.pending('chat:1').length === 0, 'nothing pending');
    await second.close();
    assert.deepEqual(readdirSync(join(folder, 'sends')), []);
  });

  test('a store that fails costs the cache alone', async () => {
    const faults = [];
    const broken = Object.fromEntries(
      ['loadChannel', 'saveChannel', 'loadSends', 'saveSend', 'removeSend'].map((name) => [name, async () => { throw new Error(name); }]),
    );
    const client = open({ cache: broken, onFault: ({ message }) => faults.push(message) });
    const { told } = follow(client);
    await client.send('chat:1', 'message.posted', { text: 'a' }).done;
    await until(() => told.length === 1, 'the event');
    await client.flush();
    assert.deepEqual([...new Set(faults)].sort(), ['loadChannel', 'loadSends', 'removeSend', 'saveChannel', 'saveSend']);
  });
});

describe("Node's WebSocket", () => {
  const heard = [];
  function opened(url = server.url.replace('http', 'ws')) {
    heard.length = 0;
    const socket = new NodeWebSocket(`${url}/v1/ws`, 'tailrace.v1.json');
    socket.onmessage = ({ data }) => heard.push(data);
    return new Promise((resolve, reject) => {
      socket.onopen = () => resolve(socket);
      socket.onclose = reject;
    });
  }

  test('puts fragments together, whatever pieces the bytes come in, and answers pings', async () => {
    await opened();
    const [{ socket }] = server.sockets;
    const long = '€'.repeat(30_000);
    const bytes = Buffer.concat([
      serverFrame(1, Buffer.from('one')),
      serverFrame(1, Buffer.from('t'), false),
      serverFrame(9, Buffer.from('sign of life')),
      serverFrame(0, Buffer.from('wo')),
      serverFrame(1, Buffer.from(long)),
    ]);
    const answered = once(socket, 'data');
    for (let i = 0; i < 40; i++) {
      socket.write(bytes.subarray(i, i + 1));
      await new Promise((done) => setImmediate(done));
    }
    socket.write(bytes.subarray(40));
    const [pong] = await answered;
    assert.equal(pong[0], 0x8a);
    await until(() => heard.length === 3, 'three messages');
    assert.deepEqual(heard, ['one', 'two', long]);
  });

  test('refuses what a server must not send', async () => {
    for (const bytes of [Buffer.from([0x81, 0x80, 0, 0, 0, 0]), Buffer.from([0xc1, 0]), serverFrame(0, Buffer.from('x')), Buffer.from([0x81, 127, 0, 0, 0, 1, 0, 0, 0, 0])]) {
      const socket = await opened();
      const closed = new Promise((resolve) => (socket.onclose = resolve));
      [...server.sockets].at(-1).socket.write(bytes);
      assert.equal((await closed).code, 1002);
    }
  });

  test('tells why an upgrade was refused, and when to come back', async () => {
    server.ws = 'refuse';
    await assert.rejects(opened(), (close) => close.status === 503 && close.retryAfterMs === 1000 && close.code === 1006);
  });
});
