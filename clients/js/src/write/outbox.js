import { TailraceProblem } from '../protocol/problem.js';
import { SENDS_MAX, decideSend, emptyQueue, heldQueue, sendDueMs } from './queue.js';

/**
 * The shell around `queue.js`: one timer, the requests, and what the application holds of each send.
 */
export class Outbox {
  #env;
  #ports;
  #state;
  #handles = new Map();
  #watchers = new Map();
  #timer = null;
  #stored = Promise.resolve();
  #order = 0;

  /**
   * @param {{nowMs: () => number, random: () => number, newId: () => string}} env
   * @param {{post: (item: object) => Promise<object>, placeOf: (channel: string) => object | null,
   *     store: {saveSend: Function, removeSend: Function} | null, onFault: (fault: Error) => void}} ports
   */
  constructor(env, ports) {
    this.#env = env;
    this.#ports = ports;
    this.#state = ports.store === null ? emptyQueue : heldQueue;
  }

  /** See `Client.send`. */
  send(channel, type, data, { entity, id = this.#env.newId() } = {}) {
    if (this.#state.items.length >= SENDS_MAX) {
      const detail = `${SENDS_MAX} sends wait already: let the user know that nothing is being sent.`;
      throw new TailraceProblem({ code: 'outbox_full', detail });
    }
    if (this.#state.items.some((item) => item.id === id)) {
      throw new TypeError(`a send with the id ${id} waits already`);
    }
    const body = JSON.stringify({ id, type, data, entity });
    const handle = this.#handle({ id, channel, body });
    this.#feed({ on: 'send', item: { id, channel, body } });
    return handle;
  }

  /** What another run of the application had not sent yet. */
  restore(items) {
    items.forEach((item) => this.#handle(item));
    this.#feed({ on: 'restore', items });
  }

  /** The sends of a channel that are not events yet, in order. */
  pending(channel) {
    return this.#state.items.filter((item) => item.channel === channel).map(({ id }) => this.#handles.get(id));
  }

  watch(channel, watcher) {
    const watchers = this.#watchers.get(channel) ?? new Set();
    this.#watchers.set(channel, watchers.add(watcher));
    watcher(this.pending(channel));
    return () => watchers.delete(watcher);
  }

  /** Events that were given to the application. */
  events(epoch, events) {
    if (this.#state.items.length === 0) {
      return;
    }
    const waiting = new Set(this.#state.items.map(({ id }) => id));
    for (const event of events) {
      if (waiting.has(event.id)) {
        this.#feed({ on: 'event', event: { ...event, epoch } });
      }
    }
  }

  /** A channel has come so far. */
  place(channel, { epoch, seq }) {
    if (this.#state.items.some((item) => item.channel === channel && item.status === 'sent')) {
      this.#feed({ on: 'place', channel, epoch, seq });
    }
  }

  unfollowed(channel) {
    this.#feed({ on: 'unfollowed', channel });
  }

  wake() {
    this.#feed({ on: 'wake' });
  }

  close() {
    clearTimeout(this.#timer);
    this.#ports = { ...this.#ports, post: () => new Promise(() => {}) };
  }

  #feed(input) {
    const at = { nowMs: this.#env.nowMs(), random: this.#env.random() };
    const { state, effects } = decideSend(this.#state, { ...at, ...input }, this.#ports.placeOf);
    this.#state = state;
    clearTimeout(this.#timer);
    const dueMs = sendDueMs(state);
    if (dueMs !== null && dueMs > at.nowMs) {
      this.#timer = setTimeout(() => this.#feed({ on: 'tick' }), Math.ceil(dueMs - at.nowMs));
    }
    effects.forEach((effect) => this.#carryOut(effect));
    this.#forgetHandles();
  }

  #carryOut(effect) {
    switch (effect.do) {
      case 'post':
        return this.#post(effect.item);
      case 'settle':
        return this.#handles.get(effect.id)?.settle(effect.published);
      case 'fail':
        return this.#handles.get(effect.id)?.fail(effect.problem);
      case 'keep':
        return this.#store((store) => store.saveSend(this.#toStore(effect.item)));
      case 'forget':
        return this.#store((store) => store.removeSend(effect.id));
      case 'changed':
        return this.#watchers.get(effect.channel)?.forEach((watcher) => watcher(this.pending(effect.channel)));
      default:
        throw new TypeError(`no such effect: ${effect.do}`);
    }
  }

  /** One after the other: a send that is stored after it was removed would be sent again some day. */
  #store(work) {
    const { store, onFault } = this.#ports;
    if (store !== null) {
      this.#stored = this.#stored.then(() => work(store)).catch(onFault);
    }
  }

  /** Enough to send it again, in order, and to say that it failed. */
  #toStore({ id, channel, body, status, problem }) {
    // sends of an earlier run are older whatever their number here
    this.#order = Math.max(this.#order + 1, Math.floor(this.#env.wallMs()) * 1000);
    const said = problem ? { code: problem.code, message: problem.message } : null;
    return { id, channel, body, status: status === 'failed' ? 'failed' : 'waiting', problem: said, order: this.#order };
  }

  /** Waits until what was said to the store is there. */
  flush() {
    return this.#stored;
  }

  async #post(item) {
    let input;
    try {
      input = { on: 'answered', id: item.id, published: await this.#ports.post(item) };
    } catch (problem) {
      input = { on: 'refused', id: item.id, problem };
    }
    this.#feed(input);
  }

  #handle({ id, channel, body }) {
    const handle = new Send(id, channel, body, {
      item: () => this.#state.items.find((item) => item.id === id),
      retry: () => this.#feed({ on: 'retry', id }),
      discard: () => this.#feed({ on: 'discard', id }),
    });
    this.#handles.set(id, handle);
    return handle;
  }

  #forgetHandles() {
    if (this.#handles.size > this.#state.items.length) {
      const known = new Set(this.#state.items.map(({ id }) => id));
      for (const id of this.#handles.keys()) {
        if (!known.has(id)) {
          this.#handles.delete(id);
        }
      }
    }
  }
}



/** One optimistic send, as the application holds it: see `Send` in index.d.ts. */
class Send {
  #ports;
  #resolve;
  #reject;

  constructor(id, channel, body, ports) {
    const { type, data, entity } = JSON.parse(body);
    Object.assign(this, { id, channel, type, data, entity });
    this.#ports = ports;
    this.#begin();
  }

  get status() {
    return this.#ports.item()?.status ?? 'sent';
  }

  /** Why it failed, or why it is not through yet. */
  get problem() {
    return this.#ports.item()?.problem ?? null;
  }

  retry() {
    if (this.status === 'failed') {
      this.#begin();
      this.#ports.retry();
    }
  }

  discard() {
    this.#ports.discard();
  }

  settle(published) {
    this.#resolve(published);
  }

  fail(problem) {
    this.#reject(problem);
  }

  #begin() {
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // whoever shows `status` need not look at the promise
    this.done.catch(() => {});
  }
}
