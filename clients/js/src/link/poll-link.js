import { parsePage } from '../protocol/frames.js';
import { problemOf } from '../protocol/problem.js';
import { pretend } from './pretence.js';

/** Requests that wait at the server at once. Browsers allow six to a host, and writes and history need some. */
const POLLS_MAX = 3;
/** How long one waits for an event, where there are no more channels than requests. */
const WAIT_MS = 20_000;
/** With more channels they take turns: each is asked this often or less. */
const TURN_MS = 1_000;
const PAGE_LIMIT = 500;
/** An answer later than this after the server should have given one is not coming. */
const ANSWER_MS = 10_000;

/**
 * A link over long polls, for networks where nothing else gets through: `GET …/events?after=…&waitMs=…` for every
 * channel, told as the frames that a gateway would have sent.
 */
export class PollLink {
  #env;
  #listener;
  #token = null;
  /** By channel: where it stands, `{epoch, seq}`; what is not here is not polled. */
  #places = new Map();
  #turns = [];
  #running = 0;
  #ping = null;
  #all = new AbortController();

  /** @param {{base: string, fetch: typeof fetch, wallMs: () => number}} env */
  constructor(env, listener) {
    this.#env = env;
    this.#listener = listener;
    queueMicrotask(() => this.#isClosed || listener.opened());
  }

  get #isClosed() {
    return this.#all.signal.aborted;
  }

  send(frame) {
    switch (frame.t) {
      case 'hello':
      case 'auth':
        this.#token = frame.token;
        return this.#tellSoon(pretend(frame, this.#env.wallMs()));
      case 'subscribe':
        return frame.channels.forEach((want) => this.#subscribe(frame.ref, want));
      case 'unsubscribe':
        return this.#places.delete(frame.channel);
      case 'ping':
        // answered by the next answer to anything: a poll that waits is no sign of life
        this.#ping = frame;
        return this.#places.size > 0 && this.#lookAlive();
      default:
        return undefined;
    }
  }

  close() {
    this.#all.abort();
  }

  #tellSoon(frame) {
    queueMicrotask(() => this.#isClosed || this.#listener.frame(frame));
  }

  async #lookAlive() {
    const [channel] = this.#places.keys();
    await this.#get(channel, '', null);
  }

  async #subscribe(ref, { channel, after, epoch, chain }) {
    this.#places.delete(channel);
    const info = await this.#get(channel, '', null, (problem) => ({
      t: 'error',
      ref,
      channel,
      code: problem.code,
      detail: problem.message,
      // what may be asked again, may be asked again after this
      ...(problem.retry ? { retryAfterMs: problem.retryAfterMs } : {}),
    }));
    if (info === null) {
      return;
    }
    const differs = after !== undefined && after > 0 && after === info.head && chain !== undefined && chain !== info.chain;
    if ((epoch !== undefined && epoch < info.epoch) || differs) {
      this.#listener.frame({ t: 'reset', channel, epoch: info.epoch, after: 0 });
      return;
    }
    const start = after ?? info.head;
    const catchUp = start < info.head ? { catchUp: { after: start, to: info.head } } : {};
    const place = { epoch: info.epoch, seq: Math.max(start, info.head) };
    this.#places.set(channel, place);
    this.#listener.frame({ t: 'subscribed', ref, channel, epoch: info.epoch, head: info.head, after: start, ...catchUp });
    this.#turns.push({ channel, place });
    this.#run();
  }

  #run() {
    while (this.#running < POLLS_MAX && this.#turns.length > 0) {
      this.#running += 1;
      this.#turn(this.#turns.shift()).finally(() => {
        this.#running -= 1;
        this.#run();
      });
    }
  }

  async #turn({ channel, place }) {
    // a channel that was subscribed to again, or left, has another place, or none
    const isCurrent = () => !this.#isClosed && this.#places.get(channel) === place;
    if (!isCurrent()) {
      return;
    }
    const waitMs = this.#places.size <= POLLS_MAX ? WAIT_MS : 0;
    const query = `/events?${new URLSearchParams({ after: place.seq, limit: PAGE_LIMIT, epoch: place.epoch, waitMs })}`;
    const page = await this.#get(channel, query, waitMs, (problem) => isCurrent() && this.#ending(channel, place, problem));
    if (!isCurrent()) {
      return;
    }
    for (const event of page?.events ?? []) {
      place.seq = event.seq;
      this.#listener.frame({ t: 'event', channel, ...event });
      if (!isCurrent()) {
        return;
      }
    }
    if (page === null || waitMs === 0) {
      await this.#pause(TURN_MS);
    }
    this.#turns.push({ channel, place });
  }

  /** The frame that a gateway would say in place of this refusal; null where the same question is asked again. */
  #ending(channel, place, { code, body, retry }) {
    if (retry) {
      return null;
    }
    this.#places.delete(channel);
    switch (code) {
      case 'epoch_changed':
        return { t: 'reset', channel, epoch: body.epoch ?? place.epoch + 1, after: 0 };
      case 'history_gone':
        return { t: 'behind', channel, after: place.seq, head: place.seq };
      default:
        return { t: 'revoked', channel, seq: place.seq };
    }
  }

  /**
   * @param {number | null} waitMs how long the server waits; null: a question about the channel itself
   * @param {(problem: object) => object | null | false} refusal the frame to tell of a refusal, if any
   * @returns {Promise<object | null>}
   */
  async #get(channel, query, waitMs, refusal = () => null) {
    const signal = AbortSignal.any([this.#all.signal, AbortSignal.timeout((waitMs ?? 0) + ANSWER_MS)]);
    const headers = { Authorization: `Bearer ${this.#token}` };
    try {
      const path = `${this.#env.base}/v1/channels/${encodeURIComponent(channel)}${query}`;
      const response = await this.#env.fetch(path, { headers, signal, cache: 'no-store' });
      const text = response.ok ? await response.text() : null;
      if (this.#isClosed) {
        return null;
      }
      this.#answerPing();
      if (text !== null) {
        return waitMs === null ? JSON.parse(text) : parsePage(text, 'events');
      }
      const problem = await problemOf(response);
      if (problem.status === 401) {
        this.#fail({ code: 4401, reason: problem.message });
        return null;
      }
      const frame = refusal(problem);
      if (frame) {
        this.#listener.frame(frame);
      } else {
        await this.#pause(problem.retryAfterMs);
      }
    } catch (problem) {
      this.#fail({ code: 1006, reason: String(problem?.message ?? problem) });
    }
    return null;
  }

  #answerPing() {
    if (this.#ping !== null) {
      const { ref } = this.#ping;
      this.#ping = null;
      this.#tellSoon({ t: 'pong', ref });
    }
  }

  #pause(ms) {
    const { signal } = this.#all;
    return new Promise((done) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        done();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end);
    });
  }

  #fail(how) {
    if (!this.#isClosed) {
      this.close();
      this.#listener.closed(how);
    }
  }
}
