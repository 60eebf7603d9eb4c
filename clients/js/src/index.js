import { History } from './catchup/history.js';
import { Follower } from './channel/follower.js';
import { Connection } from './connection/connection.js';
import { Http } from './http/http.js';
import { Publisher } from './write/publisher.js';

export { chainNext, chainStart } from './protocol/chain.js';
export { TailraceProblem } from './protocol/problem.js';
export { parseTime } from './protocol/time.js';

/** Channels in one `subscribe`, the server's own bound. */
const CHANNELS_MAX = 1000;

/**
 * One user's client: one socket for all followed channels, HTTP for history and writes.
 */
export class Client {
  #connection;
  #history;
  #publisher;
  #random;
  #followers = new Map();
  #watchers = new Set();
  #joining = new Set();
  #onOnline;

  /** @param {object} options see `ClientOptions` in index.d.ts */
  constructor(options) {
    const env = withDefaults(options);
    const http = new Http(env);
    this.#random = env.random;
    this.#history = new History(http);
    this.#publisher = new Publisher(http, env);
    this.#connection = new Connection(env, {
      changed: () => this.#changed(),
      up: () => this.#joinAll(),
      down: () => this.#disconnected(),
      frame: (frame, receivedAtMs) => this.#route(frame, receivedAtMs),
    });
    this.#onOnline = () => this.#connection.online();
    globalThis.addEventListener?.('online', this.#onOnline);
    this.#connection.start();
  }

  /** The socket's state: see `ConnectionState` in index.d.ts. */
  get state() {
    const { phase, attempt, session, lastClose } = this.#connection.state;
    return { phase, attempt, session, lastClose, retryAtMs: this.#connection.retryAtMs };
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
    const follower = new Follower(channel, options, {
      history: this.#history,
      connection: this.#connection,
      random: this.#random,
      wantsJoin: (one) => this.#wantsJoin(one),
      gone: (one) => this.#followers.delete(one.channel),
    });
    this.#followers.set(channel, follower);
    this.#wantsJoin(follower);
    return follower;
  }

  /** See `Publisher.publish`. */
  publish(channel, type, data, options) {
    return this.#publisher.publish(channel, type, data, options);
  }

  /** Tells the server how long commit→screen took; meant for a sample of the events. */
  rendered(channel, seq, ms) {
    this.#connection.send({ t: 'rendered', channel, seq, ms });
  }

  /** The network is back: do not wait for the next attempt. A browser's `online` event does it by itself. */
  reconnectNow() {
    this.#connection.online();
  }

  close() {
    globalThis.removeEventListener?.('online', this.#onOnline);
    for (const follower of [...this.#followers.values()]) {
      follower.leave();
    }
    this.#connection.stop();
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

  #disconnected() {
    this.#joining.clear();
    for (const follower of this.#followers.values()) {
      follower.disconnected();
    }
  }

  #joinAll() {
    for (const follower of this.#followers.values()) {
      this.#wantsJoin(follower);
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
    for (let i = 0; i < all.length && this.#connection.isUp; i += CHANNELS_MAX) {
      const ref = this.#connection.nextRef();
      const channels = all.slice(i, i + CHANNELS_MAX).map((follower) => {
        const { after, epoch, chain } = follower.join(ref);
        return { channel: follower.channel, after, epoch, chain };
      });
      this.#connection.send({ t: 'subscribe', ref, channels });
    }
  }

  #route(frame, receivedAtMs) {
    if (frame.channel !== undefined) {
      this.#followers.get(frame.channel)?.feed({ on: 'frame', frame }, receivedAtMs);
      return;
    }
    // the whole request was refused: each channel in it knows its number
    for (const follower of this.#followers.values()) {
      follower.feed({ on: 'frame', frame });
    }
  }
}

/**
 * Connects, and stays connected.
 * @param {object} options see `ClientOptions` in index.d.ts
 */
export function connect(options) {
  return new Client(options);
}

function withDefaults(options) {
  const base = new URL(options.url ?? globalThis.location.origin);
  const live = new URL('/v1/ws', options.liveUrl ?? base);
  live.protocol = live.protocol.replace('http', 'ws');
  const token = typeof options.token === 'function' ? options.token : () => options.token;
  if (options.token === undefined) {
    throw new TypeError('connect needs a token, or a function that returns one');
  }
  const missing = () => {
    throw new TypeError('this runtime has no WebSocket: pass one as options.WebSocket');
  };
  return {
    url: live.href,
    base: base.origin,
    token,
    device: options.device,
    WebSocket: options.WebSocket ?? globalThis.WebSocket ?? missing,
    fetch: options.fetch ?? ((...args) => globalThis.fetch(...args)),
    nowMs: options.nowMs ?? (() => performance.timeOrigin + performance.now()),
    random: options.random ?? Math.random,
    newKey,
  };
}

/** 128 random bits. Not `crypto.randomUUID`, which browsers have on secure origins only. */
function newKey() {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
