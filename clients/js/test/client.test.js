import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { connect } from '../src/index.js';
import { chainNext, chainStart } from '../src/protocol/chain.js';
import { FakeNetwork, settle } from './support/fake-network.js';

// the Node 18 of Debian 12 keeps it behind a flag; every browser, and the Node that the package asks for, has it
globalThis.crypto ??= webcrypto;

const EVENT = { id: 'i', type: 'message.posted', author: 'ann', time: '2026-01-01T00:00:00.000001Z' };

function eventText(previous, seq, raw, frame = true) {
  const chain = chainNext(previous, { ...EVENT, raw });
  const fields = JSON.stringify({ seq, ...EVENT, chain }).slice(1, -1);
  const head = frame ? '"t":"event","channel":"chat:1",' : '';
  return { chain, text: `{${head}${fields},"data":${raw}}` };
}

describe('the client', () => {
  let network;
  let client;
  let tokens;

  beforeEach(() => {
    network = new FakeNetwork();
    tokens = 0;
    client = connect({
      url: 'http://example.org',
      token: async () => `token-${(tokens += 1)}`,
      device: 'd',
      random: () => 0,
      WebSocket: network.WebSocket,
      fetch: network.fetch,
    });
  });
  afterEach(() => client.close());

  async function follow(options = {}) {
    const told = [];
    const follower = client.follow('chat:1', {
      ...options,
      onEvents: (events, how) => told.push(...events.map(({ seq, raw }) => [seq, raw, how.via])),
      onVoid: ({ after }) => told.push(['void', after]),
    });
    await settle();
    network.socket.welcome();
    await settle();
    return { follower, told };
  }

  test('presence is said once the server shows the channel, again after a reconnect, and taken back by leaving', async () => {
    const { follower, told } = await follow();
    const full = { t: 'presence', channel: 'chat:1', count: 1, full: true, heartbeatMs: 30_000, ttlMs: 90_000, modes: {} };
    const bob = { user: 'bob', mode: 'active', since: 's', lastSeen: 'l' };
    const subscribed = () => {
      const { ref } = network.socket.last('subscribe');
      network.socket.say({ t: 'subscribed', ref, channel: 'chat:1', epoch: 1, head: 0, after: 0 });
      network.socket.say({ ...full, joined: [bob], updated: [], left: [] });
    };
    follower.present('editing', { at: 1 });
    assert.equal(network.socket.last('presence'), undefined);
    subscribed();
    const { channel, mode, data } = network.socket.last('presence');
    assert.deepEqual([channel, mode, data], ['chat:1', 'editing', { at: 1 }]);
    assert.deepEqual(follower.presence.members, [bob]);
    network.socket.say({ t: 'presence', channel: 'chat:1', count: 0, joined: [], updated: [], left: [{ ...bob, mode: 'gone' }] });
    assert.equal(follower.presence.count, 0);
    assert.deepEqual(told, []);
    const first = network.socket;
    first.onclose({ code: 1006, reason: '' });
    await settle();
    network.socket.welcome();
    await settle();
    assert.notEqual(network.socket, first);
    subscribed();
    assert.equal(network.socket.last('presence').mode, 'editing');
    const { socket } = network;
    await follower.leave();
    assert.equal(socket.last('presence').mode, 'gone');
    assert.equal(follower.presence.known, false);
  });

  test('signals go both ways while the channel is live, and are never taken for events', async () => {
    const { follower, told } = await follow();
    const heard = [];
    follower.watchSignals((signals) => heard.push(signals.map(({ user, data }) => [user, data])));
    assert.equal(follower.signal('typing', { on: true }), false, 'nobody could be told');
    const { ref } = network.socket.last('subscribe');
    network.socket.say({ t: 'subscribed', ref, channel: 'chat:1', epoch: 1, head: 0, after: 0 });
    assert.equal(follower.signal('typing', { on: true }), true);
    assert.deepEqual(network.socket.last('signal').data, { on: true });
    network.socket.say({ t: 'signal', channel: 'chat:1', user: 'bob', type: 'typing', ttlMs: 5000, data: 1 });
    network.socket.say({ t: 'signal', channel: 'chat:2', user: 'eve', type: 'typing', ttlMs: 5000, data: 2 });
    // a refusal of what was said ends no subscription
    network.socket.say({ t: 'error', channel: 'chat:1', code: 'forbidden', detail: 'why' });
    assert.equal(follower.state.phase, 'live');
    assert.deepEqual(heard, [[], [['bob', 1]]]);
    network.socket.say({ t: 'revoked', channel: 'chat:1', seq: 1 });
    assert.deepEqual(follower.signals, []);
    assert.equal(follower.signal('typing'), false);
    assert.deepEqual(told, []);
  });

  test('what was read is said until it is kept, over a cut too, and what others have read is shown', async () => {
    const { follower, told } = await follow();
    const shown = [];
    const subscribed = (head) => {
      const { ref, channels } = network.socket.last('subscribe');
      network.socket.say({ t: 'subscribed', ref, channel: 'chat:1', epoch: 1, head, after: channels[0].after });
    };
    subscribed(0);
    let chain = chainStart(1);
    for (let seq = 1; seq <= 3; seq++) {
      const next = eventText(chain, seq, '1');
      chain = next.chain;
      network.socket.say(next.text);
    }
    assert.equal(network.requests.length, 0);
    follower.watchReceipts((places) => shown.push(Object.fromEntries(places)));
    await settle();
    const [read] = network.requests;
    assert.equal(read.url.pathname, '/v1/channels/chat%3A1/receipts');
    read.answer(200, { channel: 'chat:1', epoch: 1, head: 3, read: { bob: 1 }, next: null });
    await settle();
    follower.read(99);
    assert.deepEqual({ ...network.socket.last('receipt'), ref: 0 }, { t: 'receipt', channel: 'chat:1', seq: 3, ref: 0 });
    network.socket.say({ t: 'receipt', channel: 'chat:1', epoch: 1, read: { bob: 2 } });
    network.socket.say({ t: 'receipt', channel: 'chat:2', epoch: 1, read: { eve: 2 } });
    network.socket.onclose({ code: 1006, reason: '' });
    await settle();
    network.socket.welcome();
    await settle();
    assert.equal(network.socket.last('receipt'), undefined, 'not before it is live');
    subscribed(3);
    while (network.socket.last('receipt') === undefined) {
      await settle(); // it keeps its pace
    }
    assert.equal(network.socket.last('receipt').seq, 3);
    network.socket.say({ t: 'receipt', channel: 'chat:1', epoch: 1, read: { ann: 3 } });
    assert.deepEqual(shown, [{}, { bob: 1 }, { bob: 2 }, { bob: 2, ann: 3 }]);
    follower.read();
    follower.read(1);
    assert.equal(network.socket.sent.filter(({ t }) => t === 'receipt').length, 1, 'it is kept');
    await settle();
    assert.equal(network.requests.length, 2, 'read again in the new subscription');
    network.socket.say({ t: 'degraded', lanes: ['receipt'], dropped: { receipt: 1 } });
    network.socket.say({ t: 'recovered', lanes: ['receipt'], dropped: { receipt: 1 } });
    await settle();
    assert.equal(network.requests.length, 3, 'and after some were shed');
    network.socket.say({ t: 'revoked', channel: 'chat:1', seq: 4 });
    assert.equal(follower.receipts.size, 0);
    assert.equal(told.length, 3);
  });

  test('the channels of the user are read in pages', async () => {
    await settle();
    const asked = client.myChannels();
    await settle();
    const [first] = network.requests;
    assert.equal(first.url.pathname + first.url.search, '/v1/me/channels?limit=500');
    const one = { channel: 'chat:1', head: 5, read: 2, unread: 3, role: 'member' };
    first.answer(200, { channels: [one], next: 'chat:1' });
    await settle();
    assert.equal(network.requests[1].url.searchParams.get('after'), 'chat:1');
    network.requests[1].answer(200, { channels: [], next: null });
    assert.deepEqual(await asked, [one]);
    const refusal = client.myChannels();
    await settle();
    network.requests[2].answer(503, { code: 'not_ready', detail: 'later' }, { 'Retry-After': '1' });
    await assert.rejects(refusal, { code: 'not_ready', retry: true });
  });

  test('says hello with the token in the frame, never in the address', async () => {
    await settle();
    assert.equal(network.socket.url, 'ws://example.org/v1/ws');
    assert.equal(network.socket.protocol, 'tailrace.v1.json');
    network.socket.onopen();
    const { ref, ...hello } = network.socket.last('hello');
    assert.deepEqual(hello, { t: 'hello', token: 'token-1', version: 1, device: 'd' });
    assert.ok(ref > 0);
  });

  test('follows a channel, and goes on where it was after a cut', async () => {
    const { follower, told } = await follow();
    const { ref, channels } = network.socket.last('subscribe');
    assert.deepEqual(channels, [{ channel: 'chat:1', after: 0 }]);
    network.socket.say({ t: 'subscribed', ref, channel: 'chat:1', epoch: 1, head: 0, after: 0 });
    const first = eventText(chainStart(1), 1, '{"n":12345678901234567890}');
    network.socket.say(first.text);
    assert.deepEqual(told, [[1, '{"n":12345678901234567890}', 'live']]);
    assert.equal(follower.state.phase, 'live');

    network.socket.onclose({ code: 1006, reason: '' });
    assert.equal(follower.state.phase, 'connecting');
    await settle();
    network.socket.welcome();
    await settle();
    assert.equal(network.sockets.length, 2);
    assert.deepEqual(network.socket.last('subscribe').channels, [
      { channel: 'chat:1', after: 1, epoch: 1, chain: first.chain },
    ]);
  });

  test('keeps nothing of a channel that may not be read any more, and begins anew when it may', async () => {
    const saved = [];
    const cache = {
      loadChannel: async () => null,
      saveChannel: async (channel, record) => void saved.push(record && record.events.map(({ seq }) => seq)),
      loadSends: async () => [],
      saveSend: async () => {},
      deleteSend: async () => {},
    };
    await client.close();
    client = connect({
      url: 'http://example.org',
      token: async () => 'token',
      device: 'd',
      random: () => 0,
      cache,
      WebSocket: network.WebSocket,
      fetch: network.fetch,
    });
    const { follower, told } = await follow();
    const subscribed = (frame) =>
      network.socket.say({ t: 'subscribed', ref: network.socket.last('subscribe').ref, channel: 'chat:1', epoch: 1, ...frame });
    subscribed({ head: 0, after: 0 });
    const first = eventText(chainStart(1), 1, '1');
    network.socket.say(first.text);
    network.socket.say({ t: 'revoked', channel: 'chat:1', seq: 2 });
    assert.equal(follower.state.phase, 'gone');
    assert.equal(follower.state.problem.code, 'revoked');

    follower.retry();
    await settle();
    subscribed({ head: 5, after: 4 });
    network.socket.say(eventText('0123456789abcdef', 5, '5').text);
    assert.deepEqual(told, [[1, '1', 'live'], [5, '5', 'replay']]);
    assert.equal(follower.state.phase, 'live');
    network.socket.say({ t: 'revoked', channel: 'chat:1', seq: 6 });
    await client.close();
    assert.deepEqual(saved.at(-1), null);
  });

  test('resumes all channels in one frame', async () => {
    client.follow('chat:1');
    client.follow('chat:2');
    assert.throws(() => client.follow('chat:2'), /followed already/);
    await settle();
    network.socket.welcome();
    await settle();
    const frames = network.socket.sent.filter(({ t }) => t === 'subscribe');
    assert.deepEqual(frames.map(({ channels }) => channels.map(({ channel }) => channel)), [['chat:1', 'chat:2']]);
  });

  test('reads what the window has not over HTTP, with live events after it', async () => {
    const { follower, told } = await follow();
    const { ref } = network.socket.last('subscribe');
    network.socket.say({ t: 'subscribed', ref, channel: 'chat:1', epoch: 1, head: 2, after: 0, catchUp: { after: 0, to: 2 } });
    const first = eventText(chainStart(1), 1, '1', false);
    const second = eventText(first.chain, 2, '2.50', false);
    network.socket.say(eventText(second.chain, 3, '3').text);
    await settle();
    assert.equal(follower.state.phase, 'catchingUp');
    const [{ url, init, answer }] = network.requests;
    assert.equal(url.pathname, '/v1/channels/chat%3A1/events');
    assert.deepEqual(Object.fromEntries(url.searchParams), { after: '0', limit: '500', minSeq: '2', epoch: '1' });
    assert.match(init.headers.Authorization, /^Bearer token-/);
    answer(200, `{"epoch":1,"head":2,"events":[${first.text},${second.text}],"next":null}`);
    await settle();
    assert.deepEqual(told, [[1, '1', 'history'], [2, '2.50', 'history'], [3, '3', 'live']]);
    assert.equal(follower.state.phase, 'live');
  });

  test('what is left is not read any more', async () => {
    const { follower } = await follow();
    const { ref } = network.socket.last('subscribe');
    network.socket.say({ t: 'subscribed', ref, channel: 'chat:1', epoch: 1, head: 2, after: 0, catchUp: { after: 0, to: 2 } });
    await settle();
    follower.leave();
    assert.equal(network.requests[0].init.signal.aborted, true);
    assert.equal(network.socket.last('unsubscribe').channel, 'chat:1');
    client.follow('chat:1');
  });

  test('a refusal of the whole request reaches its channels', async () => {
    const { follower } = await follow();
    network.socket.say({ t: 'error', ref: network.socket.last('subscribe').ref, code: 'bad_request', detail: 'no' });
    assert.deepEqual([follower.state.phase, follower.state.problem.code], ['gone', 'bad_request']);
  });

  test('a server that does not speak this version refuses every channel, and is not asked again', async () => {
    const { follower } = await follow();
    network.socket.onclose({ code: 4426, reason: 'this gateway speaks version 2' });
    assert.deepEqual([follower.state.phase, follower.state.problem], ['gone', { code: 'version', detail: 'this gateway speaks version 2' }]);
    await settle();
    assert.equal(network.sockets.length, 1);
  });

  test('a frame that cannot be read ends the socket', async () => {
    await follow();
    network.socket.say('{"t":');
    assert.equal(network.socket.closed.code, 4400);
    assert.equal(client.state.phase, 'waiting');
  });

  test('a fault of the application stops nobody', async () => {
    const faults = [];
    process.setUncaughtExceptionCaptureCallback((fault) => faults.push(fault.message));
    const follower = client.follow('chat:1', { onEvents: () => { throw new Error('mine'); } });
    await settle();
    network.socket.welcome();
    await settle();
    network.socket.say({ t: 'subscribed', ref: network.socket.last('subscribe').ref, channel: 'chat:1', epoch: 1, head: 0, after: 0 });
    network.socket.say(eventText(chainStart(1), 1, '1').text);
    await settle();
    process.setUncaughtExceptionCaptureCallback(null);
    assert.deepEqual(faults, ['mine']);
    assert.equal(follower.state.seq, 1);
  });

  test('the clock of the server is read from pings', async () => {
    await client.close();
    const nowMs = Date.parse('2026-01-01T00:00:00Z');
    const { WebSocket, fetch } = network;
    client = connect({ url: 'http://example.org', token: 'jwt', random: () => 0, nowMs: () => nowMs, WebSocket, fetch });
    await follow();
    const { ref } = network.socket.last('ping');
    network.socket.say({ t: 'pong', ref, time: new Date(nowMs + 5000).toISOString() });
    assert.equal(client.clock.offsetMs, 5000);
  });
});

describe('publishing', () => {
  let network;
  let client;

  beforeEach(() => {
    network = new FakeNetwork();
    const { WebSocket, fetch } = network;
    client = connect({ url: 'http://example.org', token: 'jwt', random: () => 0, WebSocket, fetch });
  });
  afterEach(() => client.close());

  const keys = () => network.requests.map(({ init }) => init.headers['Idempotency-Key']);

  test('is tried again with the same key where the answer was lost, or is "later"', async () => {
    const answer = client.publish('chat:1', 'message.posted', { text: 'hello' });
    await settle();
    network.requests[0].fail(new TypeError('network'));
    await settle();
    network.requests[1].answer(503, { code: 'not_ready', detail: 'later' });
    await settle();
    network.requests[2].answer(201, { seq: 7 }, { 'Idempotency-Replayed': 'true' });
    assert.deepEqual(await answer, { seq: 7, replayed: true });
    assert.equal(new Set(keys()).size, 1);
    assert.deepEqual(JSON.parse(network.requests[2].init.body), { type: 'message.posted', data: { text: 'hello' } });
  });

  test('a refusal is told with its code, and not tried again', async () => {
    const answer = client.publish('chat:1', 'x', {}, { key: 'k' });
    await settle();
    network.requests[0].answer(422, { code: 'invalid_event', detail: 'text is missing', pointer: '/data/text' });
    await assert.rejects(answer, { name: 'TailraceProblem', code: 'invalid_event', status: 422, message: 'text is missing' });
    assert.deepEqual(keys(), ['k']);
  });

  test('a token that has ended is fetched anew, once', async () => {
    const answer = client.publish('chat:1', 'x', {});
    await settle();
    network.requests[0].answer(401, { code: 'token_expired', detail: 'expired' });
    await settle();
    network.requests[1].answer(401, { code: 'token_expired', detail: 'expired' });
    await assert.rejects(answer, { code: 'token_expired' });
    assert.equal(network.requests.length, 2);
  });

  test("a proxy's own error page is a problem too", async () => {
    const answer = client.publish('chat:1', 'x', {});
    await settle();
    network.requests[0].answer(413, '<html>');
    await assert.rejects(answer, { code: 'http_413', status: 413 });
  });
});
