import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { chainNext, chainStart } from '../../src/protocol/chain.js';

/**
 * A small server that speaks the protocol over real sockets, with everything in memory and no rules: for tests of the
 * whole client where no system runs. Subscribes are answered with a replay of everything, or with `catchUp` where more
 * than `window` events are missing.
 */
export class SmallServer {
  channels = new Map();
  sockets = new Set();
  streams = new Set();
  requests = [];
  /** When each upgrade was asked for, in milliseconds of the clock that never runs backwards. */
  upgradesMs = [];
  window = 100;
  /** What the live addresses do: `ok`, `refuse` (a socket with 503 and Retry-After: 1, a
   * stream with 400), `absent` (404), `hold` (streams held back). */
  ws = 'ok';
  sse = 'ok';
  #keys = new Map();
  #http = createServer((request, response) => this.#serve(request, response));

  async listen() {
    this.#http.on('upgrade', (request, socket) => this.#upgrade(request, socket));
    this.#http.listen(0, '127.0.0.1');
    await once(this.#http, 'listening');
    this.url = `http://127.0.0.1:${this.#http.address().port}`;
    return this;
  }

  async close() {
    this.cut();
    this.#http.close();
    this.#http.closeAllConnections();
    await once(this.#http, 'close');
  }

  cut() {
    [...this.sockets].forEach(({ socket }) => socket.destroy());
    [...this.streams].forEach(({ response }) => response.destroy());
  }

  /** Says a frame to every socket. */
  say(frame) {
    [...this.sockets, ...this.streams].forEach((peer) => peer.say(JSON.stringify(frame)));
  }

  log(channel) {
    const log = this.channels.get(channel) ?? [];
    this.channels.set(channel, log);
    return log;
  }

  write(channel, { id, type, entity, author = 'ann' }, raw) {
    const log = this.log(channel);
    const event = { seq: log.length + 1, id, type, entity, author, time: new Date().toISOString(), raw };
    event.chain = chainNext(log.at(-1)?.chain ?? chainStart(1), event);
    log.push(event);
    const text = eventText(channel, event);
    for (const peer of [...this.sockets, ...this.streams]) {
      if (peer.followed.has(channel)) {
        peer.say(text);
      }
    }
    return event;
  }

  #serve(request, response) {
    const url = new URL(request.url, this.url);
    const channel = /^\/v1\/channels\/([^/]+)/.exec(url.pathname)?.[1];
    this.requests.push(`${request.method} ${url.pathname.replace(/channels\/[^/]+/, 'channels/…')}`);
    if (url.pathname === '/v1/sse') {
      return this.#stream(url, request, response);
    }
    if (channel === undefined) {
      return json(response, 404, { code: 'not_found', detail: 'no such address' });
    }
    const name = decodeURIComponent(channel);
    if (request.method === 'POST') {
      return this.#post(name, request, response);
    }
    const log = this.log(name);
    const head = log.length;
    if (!url.pathname.endsWith('/events')) {
      const contract = { longAbsence: 'events', snapshotAfter: 5000 };
      return json(response, 200, { channel: name, epoch: 1, head, chain: log.at(-1)?.chain ?? chainStart(1), first: 1, contract });
    }
    const after = Number(url.searchParams.get('after'));
    const wait = head > after ? 0 : Math.min(Number(url.searchParams.get('waitMs') ?? 0), 300);
    return setTimeout(() => {
      const events = log.slice(after, after + 500).map((event) => `{${fields(event)}}`);
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(`{"channel":"${name}","epoch":1,"head":${log.length},"events":[${events.join(',')}],"next":null}`);
    }, wait);
  }

  async #post(channel, request, response) {
    let body = '';
    for await (const part of request) {
      body += part;
    }
    const { id, type, entity, data } = JSON.parse(body);
    const key = request.headers['idempotency-key'];
    const isReplayed = this.#keys.has(key);
    const { seq, time } = this.#keys.get(key) ?? this.write(channel, { id: id ?? key, type, entity }, JSON.stringify(data));
    this.#keys.set(key, { seq, time });
    json(response, 201, { channel, id: id ?? key, epoch: 1, seq, time }, isReplayed ? { 'Idempotency-Replayed': 'true' } : {});
  }

  #subscribe(peer, ref, { channel, after, epoch, chain }) {
    const log = this.log(channel);
    const head = log.length;
    const isOther = (epoch ?? 1) !== 1 || (after > 0 && after <= head && chain !== undefined && chain !== log[after - 1].chain);
    if (isOther || after > head) {
      return peer.say(JSON.stringify({ t: 'reset', channel, epoch: 1, after: isOther ? 0 : head }));
    }
    const from = after ?? head;
    const isFar = head - from > this.window;
    const catchUp = isFar ? { catchUp: { after: from, to: head } } : {};
    peer.say(JSON.stringify({ t: 'subscribed', ref, channel, epoch: 1, head, after: from, ...catchUp }));
    peer.followed.add(channel);
    if (!isFar) {
      log.slice(from).forEach((event) => peer.say(eventText(channel, event)));
    }
    return undefined;
  }

  #stream(url, request, response) {
    if (this.sse === 'absent') {
      return json(response, 404, { code: 'not_found', detail: 'no such address' });
    }
    if (this.sse === 'refuse') {
      return json(response, 400, { code: 'bad_request', detail: 'name 1 to 2 channels' });
    }
    const cursor = new Map((request.headers['last-event-id'] ?? '').split(',').map((part) => part.split('=')));
    const say = (text) => this.sse === 'hold' || response.write(`event: ${JSON.parse(text).t}\ndata: ${text}\n\n`);
    const peer = { response, followed: new Set(), say };
    this.streams.add(peer);
    response.on('close', () => this.streams.delete(peer));
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    if (this.sse !== 'hold') {
      response.write('retry: 1000\n\n');
    }
    for (const channel of url.searchParams.getAll('channel')) {
      const place = cursor.get(channel);
      this.#subscribe(peer, 0, { channel, after: place === undefined ? undefined : Number(place.split('.')[1]) });
    }
    return undefined;
  }

  #upgrade(request, socket) {
    this.requests.push('upgrade');
    this.upgradesMs.push(performance.now());
    if (this.ws !== 'ok') {
      const line = this.ws === 'refuse' ? '503 Service Unavailable\r\nRetry-After: 1' : '404 Not Found';
      return socket.end(`HTTP/1.1 ${line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    }
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\n`,
    );
    const say = (text) => socket.destroyed || socket.write(serverFrame(1, Buffer.from(text)));
    const peer = { socket, followed: new Set(), say, heard: [] };
    this.sockets.add(peer);
    socket.on('error', () => {});
    socket.on('close', () => this.sockets.delete(peer));
    socket.on('data', clientFrames((text) => this.#hear(peer, JSON.parse(text)), () => socket.end()));
    return undefined;
  }

  #hear(peer, frame) {
    peer.heard.push(frame);
    const { t, ref } = frame;
    const time = new Date().toISOString();
    const exp = new Date(Date.now() + 3_600_000).toISOString();
    switch (t) {
      case 'hello':
        return peer.say(JSON.stringify({ t: 'welcome', ref, session: 's', user: 'ann', exp, heartbeatMs: 15_000, limits: { messageBytes: 65_536 }, time }));
      case 'ping':
        return peer.say(JSON.stringify({ t: 'pong', ref, time }));
      case 'auth':
        return peer.say(JSON.stringify({ t: 'authed', ref, exp }));
      case 'subscribe':
        return frame.channels.forEach((want) => this.#subscribe(peer, ref, want));
      case 'unsubscribe':
        return peer.followed.delete(frame.channel);
      default:
        return undefined;
    }
  }
}

function fields({ raw, ...event }) {
  return `${JSON.stringify(event).slice(1, -1)},"data":${raw}`;
}

const eventText = (channel, event) => `{"t":"event","channel":"${channel}",${fields(event)}}`;

function json(response, status, body, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export function serverFrame(opcode, payload, isFinal = true) {
  const { length } = payload;
  const head = length < 126 ? [length] : length < 65_536 ? [126, length >> 8, length & 255] : [127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((by) => (length >>> by) & 255)];
  return Buffer.concat([Buffer.from([(isFinal ? 0x80 : 0) | opcode, ...head]), payload]);
}

/** Texts out of a client's masked frames, none of them in pieces. */
function clientFrames(text, closed) {
  let held = Buffer.alloc(0);
  return (bytes) => {
    held = Buffer.concat([held, bytes]);
    for (;;) {
      const short = held.length < 2 ? 0 : held[1] & 0x7f;
      const at = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (held.length < at + 4) {
        return;
      }
      const length = short < 126 ? short : short === 126 ? held.readUInt16BE(2) : Number(held.readBigUInt64BE(2));
      if (held.length < at + 4 + length) {
        return;
      }
      const mask = held.subarray(at, at + 4);
      const payload = held.subarray(at + 4, at + 4 + length).map((byte, i) => byte ^ mask[i & 3]);
      const opcode = held[0] & 15;
      held = held.subarray(at + 4 + length);
      if (opcode === 1) {
        text(payload.toString());
      } else if (opcode === 8) {
        closed();
      }
    }
  };
}
