import { Tokens } from './auth/tokens.js';
import { Keeper } from './cache/keeper.js';
import { History } from './catchup/history.js';
import { Follower } from './channel/follower.js';
import { Connection } from './connection/connection.js';
import { Http } from './http/http.js';
import { PollLink } from './link/poll-link.js';
import { socketLink } from './link/socket-link.js';
import { SseLink } from './link/sse-link.js';
import { watchPage } from './page.js';
import { Outbox } from './write/outbox.js';
import { Publisher } from './write/publisher.js';

/** Channels in one `subscribe`, the server's own bound. */
const CHANNELS_MAX = 1000;
/** Bytes of one frame where the server has not said its limit, and room for what stands around the channels. */
const FRAME_BYTES = 60_000;
const FRAME_MARGIN_BYTES = 256;
const LANES = { degraded: true, recovered: false };

/**
 * One user's client: one connection for all followed channels, HTTP for history and writes.
 */
export class Client {
  #env;
  #connection;
  #history;
  #publisher;
  #outbox;
  #followers = new Map();
  #watchers = new Set();
  #joining = new Set();
  #shed = null;
  #unwatchPage;

  /** @param {object} options see `ClientOptions` in index.d.ts */
  constructor(options) {
    const env = withDefaults(options);
    const http = new Http(env);
    this.#env = env;
    this.#history = new History(http);
    this.#publisher = new Publisher(http, env);
    this.#outbox = new Outbox(env, {
      post: (item) => this.#publisher.post(item.channel, item.body, item.id),
      placeOf: (channel) => this.#followers.get(channel)?.state ?? null,
      store: env.cache,
      onFault: env.onFault,
    });
    this.#connection = new Connection(env, {
      changed: () => this.#changed(),
      up: () => this.#up(),
      moving: () => this.#moving(),
      down: () => this.#disconnected(),
      frame: (frame, receivedAtMs, isOld) => this.#route(frame, receivedAtMs, isOld),
    });
    this.#unwatchPage = watchPage({ back: () => this.reconnectNow(), leaving: () => this.flush() });
    this.#connection.start();
    if (env.cache !== null) {
      this.#restoreSends();
    }
  }

  /** The connection's state: see `ConnectionState` in index.d.ts. */
  get state() {
    const { phase, attempt, session, lastClose } = this.#connection.state;
    const { transport, retryAtMs } = this.#connection;
    return { phase, transport, attempt, session, lastClose, retryAtMs, shed: this.#shed };
  }

  /** How far the server's clock is ahead of ours in ms, and how good that is; null until known. */
  get clock() {
    const { offsetMs, roundTripMs } = this.#connection.clock;
    return { offsetMs, roundTripMs };
  }

  /**
   * Calls `watcher` at every change of `state`, and now.
   * @returns {() => void} stops it
   */
  watch(watcher) {
    this.#watchers.add(watcher);
    watcher(this.state);
    return () => this.#watchers.delete(watcher);
  }

  /**
   * Follows a channel until `leave()`. At most one follower a channel.
   * @param {string} channel `kind:id`
   * @param {object} options see `FollowOptions` in index.d.ts
   */
  follow(channel, options = {}) {
    if (this.#followers.has(channel)) {
      throw new Error(`${channel} is followed already; leave it first`);
    }
    const { cache, onFault } = this.#env;
    const isCached = cache !== null && (options.from ?? 'start') === 'start';
    const follower = new Follower(channel, options, {
      history: this.#history,
      connection: this.#connection,
      keeper: isCached ? new Keeper(channel, cache, onFault) : null,
      random: this.#env.random,
      isShedding: () => this.#shed !== null,
      nowMs: this.#env.nowMs,
      applied: (epoch, events) => this.#outbox.events(epoch, events),
      moved: (one) => this.#outbox.place(one.channel, one.state),
      wantsJoin: (one) => this.#wantsJoin(one),
      gone: (one) => this.#gone(one),
    });
    this.#followers.set(channel, follower);
    follower.begin();
    return follower;
  }

  /** See `Publisher.publish`. */
  publish(channel, type, data, options) {
    return this.#publisher.publish(channel, type, data, options);
  }

  /** An optimistic send: see `Client.send` in index.d.ts. */
  send(channel, type, data, options) {
    return this.#outbox.send(channel, type, data, options);
  }

  /** The sends of a channel that are not events yet, in order. */
  pending(channel) {
    return this.#outbox.pending(channel);
  }

  /**
   * Calls `watcher` with `pending(channel)` at every change of it, and now.
   * @returns {() => void} stops it
   */
  watchPending(channel, watcher) {
    return this.#outbox.watch(channel, watcher);
  }

  /** All channels of this user, with what is unread in them: see `MyChannel` in index.d.ts. */
  myChannels({ signal = new AbortController().signal } = {}) {
    return this.#history.myChannels(signal);
  }

  /** Tells the server how long commit→screen took; meant for a sample of the events. */
  rendered(channel, seq, ms) {
    this.#connection.send({ t: 'rendered', channel, seq, ms });
  }

  /** The network is back: do not wait for the next attempt. A browser's events do it by themselves. */
  reconnectNow() {
    this.#connection.wake();
    this.#outbox.wake();
  }

  /** Waits until the cache holds what was applied. */
  async flush() {
    const flushed = [...this.#followers.values()].map((follower) => follower.flush());
    await Promise.all([...flushed, this.#outbox.flush()]);
  }

  /** Leaves all channels and closes the connection; resolves when the cache is written. */
  async close() {
    this.#unwatchPage();
    this.#outbox.close();
    const left = [...this.#followers.values()].map((follower) => follower.leave());
    this.#connection.stop();
    await Promise.all([...left, this.#outbox.flush()]);
  }

  async #restoreSends() {
    try {
      this.#outbox.restore(await this.#env.cache.loadSends());
    } catch (fault) {
      this.#env.onFault(fault);
      this.#outbox.restore([]);
    }
  }

  #changed() {
    for (const follower of this.#followers.values()) {
      follower.connectionChanged();
    }
    const { state } = this;
    for (const watcher of this.#watchers) {
      watcher(state);
    }
  }

  #gone(follower) {
    this.#followers.delete(follower.channel);
    this.#outbox.unfollowed(follower.channel);
    this.#checkMoved();
  }

  #disconnected() {
    this.#joining.clear();
    this.#shed = null;
    for (const follower of this.#followers.values()) {
      follower.disconnected();
    }
  }

  #up() {
    this.#outbox.wake();
    for (const follower of this.#followers.values()) {
      this.#wantsJoin(follower);
    }
  }

  /** Another link is up: all that are subscribed on the old one, or wait to be, subscribe there. */
  #moving() {
    this.#joining.clear();
    this.#subscribe([...this.#followers.values()], 'move');
    this.#checkMoved();
  }

  #checkMoved() {
    if (this.#connection.state.old !== 0 && [...this.#followers.values()].every(({ isMoving }) => !isMoving)) {
      this.#connection.moved();
    }
  }

  /** All that want to join at this moment go into one frame. */
  #wantsJoin(follower) {
    if (!this.#connection.isUp) {
      return;
    }
    if (this.#joining.size === 0) {
      queueMicrotask(() => this.#sendJoins());
    }
    this.#joining.add(follower);
  }

  #sendJoins() {
    const all = [...this.#joining].filter((follower) => follower.isIdle);
    this.#joining.clear();
    if (this.#connection.isUp) {
      this.#subscribe(all, 'join');
    }
  }

  /** In as few frames as the server's limits allow. */
  #subscribe(followers, how) {
    const bytesMax = (this.#connection.state.limits?.messageBytes ?? FRAME_BYTES) - FRAME_MARGIN_BYTES;
    let ref = this.#connection.nextRef();
    let channels = [];
    let bytes = 0;
    const send = () => {
      if (channels.length > 0) {
        this.#connection.send({ t: 'subscribe', ref, channels });
      }
    };
    for (const follower of followers) {
      // a channel name is ASCII, and a place is a few numbers
      const most = follower.channel.length + 160;
      if (channels.length === CHANNELS_MAX || bytes + most > bytesMax) {
        send();
        ref = this.#connection.nextRef();
        channels = [];
        bytes = 0;
      }
      const want = follower.join(how, ref);
      if (want !== undefined) {
        const { after, epoch, chain } = want;
        channels.push({ channel: follower.channel, after, epoch, chain });
        bytes += most;
      }
    }
    send();
  }

  #route(frame, receivedAtMs, isOld) {
    const { t, channel } = frame;
    if (t === 'signal' || t === 'receipt') {
      this.#followers.get(channel)?.hear(frame);
    } else if (t === 'presence') {
      const follower = this.#followers.get(channel);
      if (!isOld || follower?.isMoving) {
        follower?.hearPresence(frame);
      }
    } else if (channel !== undefined) {
      const follower = this.#followers.get(channel);
      // on the old link of a move, only those are heard that the new one has not answered yet
      if (follower !== undefined && (!isOld || follower.isMoving)) {
        follower.feed({ on: 'frame', frame }, receivedAtMs);
      }
    } else if (t === 'error') {
      // the whole request was refused: each channel in it knows its number
      for (const follower of this.#followers.values()) {
        follower.feed({ on: 'frame', frame });
      }
    } else if (t in LANES && !isOld) {
      this.#shed = LANES[t] ? { lanes: frame.lanes, dropped: frame.dropped } : null;
      if (t === 'recovered' && frame.lanes.includes('receipt')) {
        this.#followers.forEach((follower) => follower.missedReceipts());
      }
      this.#changed();
    }
    this.#checkMoved();
  }
}

function withDefaults(options) {
  const base = new URL(options.url ?? globalThis.location.origin);
  const live = new URL('/v1/ws', options.liveUrl ?? base);
  live.protocol = live.protocol.replace('http', 'ws');
  if (options.token === undefined) {
    throw new TypeError('connect needs a token, or a function that returns one');
  }
  const wallMs = options.wallMs ?? (() => Date.now());
  const env = {
    base: base.origin,
    tokens: new Tokens(typeof options.token === 'function' ? options.token : () => options.token, wallMs),
    device: options.device,
    fetch: options.fetch ?? ((...args) => globalThis.fetch(...args)),
    nowMs: options.nowMs ?? (() => performance.timeOrigin + performance.now()),
    wallMs,
    random: options.random ?? Math.random,
    cache: options.cache ?? null,
    onFault: options.onFault ?? ((fault) => console.warn('tailrace: the cache cannot be used:', fault)),
    newId: options.newId ?? newId,
  };
  const WebSocket = options.WebSocket ?? globalThis.WebSocket;
  const over = { ...env, base: new URL(options.liveUrl ?? base).origin };
  const links = {
    ws: (listener) => socketLink({ url: live.href, WebSocket }, listener),
    sse: (listener) => new SseLink(over, listener),
    // long polls read history, which may live at another address than the live service
    poll: (listener) => new PollLink(env, listener),
  };
  const transports = (options.transports ?? ['ws', 'sse', 'poll']).filter((name) => name !== 'ws' || WebSocket !== undefined);
  if (transports.length === 0 || transports.some((name) => !(name in links))) {
    throw new TypeError('transports: some of ws, sse and poll; ws needs a runtime that has WebSocket, or options.WebSocket');
  }
  return { ...env, links, transports };
}

/** A random UUID. Not `crypto.randomUUID`, which browsers have on secure origins only. */
function newId() {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
