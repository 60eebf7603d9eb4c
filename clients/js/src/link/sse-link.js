import { parseFrame } from '../protocol/frames.js';
import { problemOf } from '../protocol/problem.js';
import { EventStreamParser } from './event-stream.js';
import { HEARTBEAT_MS, pretend } from './pretence.js';

/** The server sends at least a comment every heartbeat. A stream that is silent for longer is held back, or dead. */
const SILENCE_MS = 1.5 * HEARTBEAT_MS;
/** Frames that end a channel's subscription. The server then ends the stream, which has no way to ask again. */
const ENDINGS = new Set(['behind', 'reset', 'revoked', 'error']);
/** Frames that are about no channel. */
const OF_THE_CONNECTION = new Set(['degraded', 'recovered']);

/**
 * A link over server-sent events, read with `fetch`, so that the token stands in a header. A stream names its channels
 * when it is opened: whenever one is added, it is opened anew for all of them, each from where it stands.
 */
export class SseLink {
  #env;
  #listener;
  #token = null;
  /** By channel: `{epoch, seq}` to go on from (null: from the head), and the ref of a subscribe that waits. */
  #places = new Map();
  #refs = new Map();
  #stream = null;
  #heardMs = -Infinity;
  #ping = null;
  #hasEnded = false;
  #isClosed = false;

  /** @param {{base: string, fetch: typeof fetch, nowMs: () => number, wallMs: () => number}} env */
  constructor(env, listener) {
    this.#env = env;
    this.#listener = listener;
    queueMicrotask(() => this.#isClosed || listener.opened());
  }

  send(frame) {
    switch (frame.t) {
      case 'auth':
        this.#restart();
      // falls through: both bring a token
      case 'hello':
        this.#token = frame.token;
        return this.#tellSoon(pretend(frame, this.#env.wallMs()));
      case 'subscribe':
        return this.#subscribe(frame);
      case 'unsubscribe':
        return this.#forget(frame.channel);
      case 'ping':
        this.#ping = frame;
        return this.#answerPing(this.#env.nowMs() - this.#heardMs < SILENCE_MS);
      default:
        // what has no way to the server over a stream
        return undefined;
    }
  }

  close() {
    this.#isClosed = true;
    this.#stream?.abort();
  }

  #tellSoon(frame) {
    queueMicrotask(() => this.#isClosed || this.#listener.frame(frame));
  }

  #subscribe({ ref, channels }) {
    for (const { channel, after, epoch } of channels) {
      this.#places.set(channel, after === undefined ? null : { epoch, seq: after });
      this.#refs.set(channel, ref);
    }
    this.#restart();
  }

  #forget(channel) {
    this.#refs.delete(channel);
    if (this.#places.delete(channel) && this.#places.size === 0) {
      this.#stream?.abort();
      this.#stream = null;
    }
  }

  #restart() {
    this.#stream?.abort();
    this.#stream = null;
    if (this.#places.size > 0) {
      const stream = new AbortController();
      this.#stream = stream;
      // all that is said in this turn goes into one request
      queueMicrotask(() => stream.signal.aborted || this.#read(stream.signal));
    }
  }

  async #read(signal) {
    const asked = new URLSearchParams();
    const cursor = [];
    for (const [channel, place] of this.#places) {
      asked.append('channel', channel);
      if (place !== null) {
        // an epoch is not known before the first answer; 1 is the first there is, and another is told by a reset
        cursor.push(`${channel}=${place.epoch ?? 1}.${place.seq}`);
      }
    }
    // in the header: a cursor of a thousand channels would not fit into an address
    const headers = { Authorization: `Bearer ${this.#token}`, Accept: 'text/event-stream' };
    if (cursor.length > 0) {
      headers['Last-Event-ID'] = cursor.join(',');
    }
    try {
      const response = await this.#env.fetch(`${this.#env.base}/v1/sse?${asked}`, { headers, signal, cache: 'no-store' });
      if (!response.ok) {
        return await this.#refused(await problemOf(response), signal);
      }
      const parser = new EventStreamParser((_, data) => signal.aborted || this.#frame(data));
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (signal.aborted) {
          return undefined;
        }
        if (done) {
          return this.#ended();
        }
        this.#heardMs = this.#env.nowMs();
        parser.push(value);
        this.#answerPing(true);
      }
    } catch (problem) {
      return signal.aborted ? undefined : this.#fail({ code: 1006, reason: String(problem?.message ?? problem) });
    }
  }

  #answerPing(isAlive) {
    if (isAlive && this.#ping !== null) {
      const { ref } = this.#ping;
      this.#ping = null;
      this.#tellSoon({ t: 'pong', ref });
    }
  }

  #frame(text) {
    let frame;
    try {
      frame = parseFrame(text);
    } catch {
      return this.#fail({ code: 4400, reason: 'a frame that cannot be read' });
    }
    const { channel, t } = frame;
    if (OF_THE_CONNECTION.has(t)) {
      return this.#listener.frame(frame);
    }
    if (channel === undefined || !this.#places.has(channel)) {
      return undefined;
    }
    if (t === 'event') {
      const place = this.#places.get(channel);
      if (place !== null && frame.seq > place.seq) {
        this.#places.set(channel, { ...place, seq: frame.seq });
      }
    } else if (t === 'subscribed') {
      const place = this.#places.get(channel);
      this.#places.set(channel, { epoch: frame.epoch, seq: Math.max(place?.epoch === frame.epoch ? place.seq : 0, frame.after) });
    } else if (ENDINGS.has(t)) {
      this.#places.delete(channel);
      this.#hasEnded = true;
    }
    return this.#listener.frame(this.#withRef(frame));
  }

  /** The stream answers every subscribe as 0: the number that it has above is put in. */
  #withRef(frame) {
    if (frame.ref === undefined) {
      return frame;
    }
    const ref = this.#refs.get(frame.channel) ?? 0;
    this.#refs.delete(frame.channel);
    return { ...frame, ref };
  }

  /** A stream ends with the first of its subscriptions; the others go on in a new one, at once. */
  #ended() {
    if (this.#hasEnded) {
      this.#hasEnded = false;
      return this.#restart();
    }
    return this.#fail({ code: 1006, reason: 'the stream ended' });
  }

  async #refused({ code, message, status, retryAfterMs }, signal) {
    if (status === 401) {
      return this.#fail({ code: 4401, reason: message });
    }
    if (status !== 403 && status !== 400) {
      return this.#fail({ code: 1006, reason: message, retryAfterMs });
    }
    // one channel that may not be read refuses them all: ask for each
    const asked = this.#places.size;
    for (const channel of [...this.#places.keys()]) {
      const detail = this.#places.size === 1 ? { code, message } : await this.#ask(channel);
      if (signal.aborted) {
        return undefined;
      }
      if (detail !== null) {
        this.#places.delete(channel);
        this.#listener.frame(this.#withRef({ t: 'error', ref: 0, channel, code: detail.code, detail: detail.message }));
      }
    }
    // it is none of them: too many, or something in between that takes no such request; another transport may
    return this.#places.size === asked ? this.#fail({ code: 1006, reason: message }) : this.#restart();
  }

  async #ask(channel) {
    const headers = { Authorization: `Bearer ${this.#token}` };
    const response = await this.#env.fetch(`${this.#env.base}/v1/channels/${encodeURIComponent(channel)}`, { headers });
    if (response.ok) {
      return null;
    }
    const problem = await problemOf(response);
    return problem.retry ? null : problem;
  }

  #fail(how) {
    if (!this.#isClosed) {
      this.close();
      this.#listener.closed(how);
    }
  }
}
