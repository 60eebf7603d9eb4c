import { chainNext, chainStart } from '../../src/protocol/chain.js';

/**
 * A small model of everything behind the wire for one channel: a log whose tail may still be taken back (records that
 * a gateway has shown but that were never committed), a gateway with a window, a history store that lags, retention,
 * epochs. Deterministic: whoever drives it decides what happens when.
 */

/** Events that the gateway can replay. */
const WINDOW = 4;
/** Events in one page of history, entities in one page of a snapshot. */
const PAGE = 3;
const ENTITIES = 5;

export class ModelServer {
  epoch = 1;
  log = [];
  committed = 0;
  stored = 0;
  first = 1;
  toClient = [];
  #subscription = null;
  #written = 0;

  write() {
    this.#append();
    const { log } = this;
    if (this.#subscription) {
      this.#push(log.at(-1));
    }
  }

  commit() {
    this.committed = this.log.length;
  }

  /** The history store reads on. */
  store() {
    this.stored = this.committed;
  }

  /** The oldest stored events are no longer kept. */
  forget() {
    this.first = Math.max(this.first, this.stored - PAGE);
  }

  /** What was shown but not committed turns out to be something else. */
  diverge() {
    const lost = this.log.length - this.committed;
    if (lost > 0) {
      this.log.length = this.committed;
      for (let i = 0; i < lost; i++) {
        this.#append();
      }
      this.#reset(this.committed);
    }
  }

  renumber() {
    this.epoch += 1;
    Object.assign(this, { log: [], committed: 0, stored: 0, first: 1 });
    this.#reset(0);
  }

  behind() {
    if (this.#subscription) {
      this.toClient.push({ t: 'behind', after: this.#subscription.sent, head: this.log.length });
      this.#subscription = null;
    }
  }

  cut() {
    this.toClient = [];
    this.#subscription = null;
  }

  subscribe({ ref, after, epoch, chain }) {
    const head = this.log.length;
    this.#subscription = null;
    if (epoch !== undefined && epoch !== this.epoch) {
      this.toClient.push({ t: 'reset', epoch: this.epoch, after: 0 });
      return;
    }
    if (after > head) {
      this.toClient.push({ t: 'reset', epoch: this.epoch, after: head });
      return;
    }
    if (after > 0 && chain !== undefined && chain !== this.log[after - 1].chain) {
      this.toClient.push({ t: 'reset', epoch: this.epoch, after: 0 });
      return;
    }
    const start = after ?? head;
    const answer = { t: 'subscribed', ref, epoch: this.epoch, head, after: start };
    this.#subscription = { sent: head };
    if (start >= head - WINDOW) {
      this.toClient.push(answer);
      this.log.slice(start).forEach((event) => this.#push(event));
    } else {
      this.toClient.push({ ...answer, catchUp: { after: start, to: head } });
    }
  }

  notReady(ref) {
    this.toClient.push({ t: 'error', ref, code: 'not_ready', detail: 'not caught up', retryAfterMs: 10 });
  }

  /** @returns {{page: object} | {problem: object}} */
  events({ after, minSeq, epoch }) {
    if (epoch !== this.epoch) {
      return { problem: { code: 'epoch_changed', status: 410, retry: false } };
    }
    if (this.stored < minSeq) {
      return { problem: { code: 'wait_timeout', status: 504, retry: true } };
    }
    if (after + 1 < this.first) {
      return { problem: { code: 'history_gone', status: 410, retry: false } };
    }
    const events = this.log.slice(after, Math.min(this.stored, after + PAGE));
    const next = after + events.length < this.stored ? after + events.length : null;
    return { page: { epoch: this.epoch, head: this.stored, events, next } };
  }

  /** @returns {{page: object} | {problem: object}} */
  snapshot(cursor) {
    const [seq, done] = cursor ?? [this.stored, 0];
    if (this.stored < seq || (cursor !== null && cursor[2] !== this.epoch)) {
      return { problem: { code: 'not_ready', status: 503, retry: true, retryAfterMs: 0 } };
    }
    const entities = [...foldEntities(this.log.slice(0, this.stored)).values()].sort((a, b) => a.entity < b.entity);
    const next = done + PAGE < entities.length ? [seq, done + PAGE, this.epoch] : null;
    const chain = seq === 0 ? chainStart(this.epoch) : this.log[seq - 1].chain;
    return { page: { epoch: this.epoch, seq, chain, entities: entities.slice(done, done + PAGE), next } };
  }

  #append() {
    this.#written += 1;
    const seq = this.log.length + 1;
    const event = {
      t: 'event',
      seq,
      id: `id-${this.#written}`,
      type: 'note.set',
      entity: `note-${this.#written % ENTITIES}`,
      time: '2026-11-25T04:30:26.123456Z',
      raw: String(this.#written),
    };
    event.chain = chainNext(this.log.at(-1)?.chain ?? chainStart(this.epoch), event);
    this.log.push(event);
  }

  #push(event) {
    this.toClient.push(event);
    this.#subscription.sent = event.seq;
  }

  #reset(after) {
    if (this.#subscription) {
      this.toClient.push({ t: 'reset', epoch: this.epoch, after });
      this.#subscription = null;
    }
  }
}

/** The latest event of every entity. */
export function foldEntities(events, into = new Map()) {
  for (const event of events) {
    if (!(into.get(event.entity)?.seq > event.seq)) {
      into.set(event.entity, event);
    }
  }
  return into;
}
