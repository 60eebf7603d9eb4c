import { chainNext, chainStart } from '../../src/protocol/chain.js';

/**
 * A small model of everything behind the wire for one channel: a log whose tail may still be taken back (records that
 * a gateway has shown but that were never committed), two gateways that read it at their own pace and have a window, a
 * history store that lags, retention, epochs, membership, and writes that are idempotent by their id. Deterministic:
 * whoever drives it decides what happens when.
 */

/** Events that a gateway can replay. */
const WINDOW = 4;
/** Events in one page of history, entities in one page of a snapshot. */
const PAGE = 3;
const ENTITIES = 5;
/** More missed events than this: the contract offers the snapshot. */
export const SNAPSHOT_AFTER = 9;

export class ModelServer {
  epoch = 1;
  log = [];
  committed = 0;
  stored = 0;
  first = 1;
  isMember = true;
  /** A member who was added again sees what comes after that. */
  visibleFrom = 0;
  /** Something was shown that did not last: what clients hold may have to go. */
  hasTakenBack = false;
  gateways = [new ModelGateway(this), new ModelGateway(this)];
  #ids = new Set();
  #written = 0;

  write() {
    this.#written += 1;
    this.#append(`id-${this.#written}`);
  }

  /** Answered once it is committed, and everything before it with it. */
  post(id) {
    const replayed = this.#ids.has(id);
    if (!replayed) {
      this.#ids.add(id);
      this.#append(id);
      this.commit();
    }
    const { seq } = this.log.findLast((event) => event.id === id);
    return { id, replayed, epoch: this.epoch, seq };
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
      this.hasTakenBack = true;
      this.log.length = this.committed;
      for (let i = 0; i < lost; i++) {
        this.write();
      }
      this.gateways.forEach((gateway) => gateway.diverged(this.committed));
    }
  }

  /** A new numbering of what was committed. */
  renumber() {
    this.epoch += 1;
    this.hasTakenBack = true;
    const kept = this.log.slice(0, this.committed);
    // roles outlive a renumbering: the join is at its new place
    this.visibleFrom = Math.min(this.visibleFrom, kept.length);
    Object.assign(this, { log: [], committed: 0, stored: 0, first: 1 });
    kept.forEach(({ id }) => this.#append(id));
    this.commit();
    this.gateways.forEach((gateway) => gateway.diverged(0));
  }

  revoke() {
    this.isMember = false;
    this.gateways.forEach((gateway) => gateway.revoked());
  }

  admit(isNewcomer) {
    if (!this.isMember && isNewcomer) {
      this.visibleFrom = this.committed;
    }
    this.isMember = true;
  }

  contract() {
    return this.isMember ? { snapshotAfter: SNAPSHOT_AFTER } : FORBIDDEN;
  }

  /** @returns {{page: object} | {problem: object}} */
  events({ after, minSeq, epoch }) {
    if (!this.isMember) {
      return FORBIDDEN;
    }
    if (epoch !== this.epoch) {
      return { problem: { code: 'epoch_changed', status: 410, retry: false } };
    }
    if (this.stored < minSeq) {
      return { problem: { code: 'wait_timeout', status: 504, retry: true } };
    }
    if (after + 1 < this.first) {
      return { problem: { code: 'history_gone', status: 410, retry: false, first: this.first } };
    }
    const events = this.log.slice(after, Math.min(this.stored, after + PAGE));
    const next = after + events.length < this.stored ? after + events.length : null;
    return { page: { epoch: this.epoch, head: this.stored, events, next } };
  }

  /** @returns {{page: object} | {problem: object}} */
  snapshot(cursor) {
    if (!this.isMember) {
      return FORBIDDEN;
    }
    const [seq, done] = cursor ?? [this.stored, 0];
    if (this.stored < seq || (cursor !== null && cursor[2] !== this.epoch)) {
      return { problem: { code: 'not_ready', status: 503, retry: true, retryAfterMs: 0 } };
    }
    const entities = [...foldEntities(this.log.slice(this.visibleFrom, this.stored)).values()].sort((a, b) => (a.entity < b.entity ? -1 : 1));
    const next = done + PAGE < entities.length ? [seq, done + PAGE, this.epoch] : null;
    const chain = seq === 0 ? chainStart(this.epoch) : this.log[seq - 1].chain;
    return { page: { epoch: this.epoch, seq, chain, entities: entities.slice(done, done + PAGE), next } };
  }

  #append(id) {
    const seq = this.log.length + 1;
    const event = { t: 'event', channel: 'c', seq, id, type: 'n', entity: `e${seq % ENTITIES}`, time: 't', raw: String(seq) };
    event.chain = chainNext(this.log.at(-1)?.chain ?? chainStart(this.epoch), event);
    this.log.push(event);
  }
}

const FORBIDDEN = { problem: { code: 'forbidden', status: 403, retry: false } };

/** One gateway: how far it has read, and who is subscribed. */
export class ModelGateway {
  #server;
  /** By link: the queue to the client, and what was sent (null: not subscribed). */
  links = new Map();
  read = 0;

  constructor(server) {
    this.#server = server;
  }

  connect(link, toClient) {
    this.links.set(link, { toClient, sent: null });
  }

  lose(link) {
    this.links.delete(link);
  }

  /** Reads on, and sends what it read. */
  follow() {
    this.read = this.#server.log.length;
    for (const peer of this.links.values()) {
      this.#sendTo(peer);
    }
  }

  behind() {
    for (const peer of this.links.values()) {
      this.#end(peer, { t: 'behind', after: peer.sent, head: this.read });
    }
  }

  diverged(after) {
    if (this.read > after) {
      this.read = after;
      for (const peer of this.links.values()) {
        this.#end(peer, { t: 'reset', epoch: this.#server.epoch, after });
      }
    }
  }

  revoked() {
    for (const peer of this.links.values()) {
      this.#end(peer, { t: 'revoked', seq: this.read });
    }
  }

  subscribe(link, { ref, after, epoch, chain }, { isReady = true, isLenient = false } = {}) {
    const peer = this.links.get(link);
    const { log, epoch: now, isMember } = this.#server;
    const say = (frame) => peer.toClient.push({ channel: 'c', ...frame });
    peer.sent = null;
    if (!isReady) {
      return say({ t: 'error', ref, code: 'not_ready', detail: 'not caught up', retryAfterMs: 10 });
    }
    if (!isMember) {
      return say({ t: 'error', ref, code: 'forbidden', detail: 'not a member' });
    }
    if (epoch !== undefined && epoch !== now && !(isLenient && this.read > 0)) {
      return say({ t: 'reset', epoch: now, after: 0 });
    }
    if (epoch !== undefined && epoch !== now) {
      // it may also just begin anew: whoever sees another epoch knows what that means
      return this.#begin(peer, say, ref, this.#server.visibleFrom);
    }
    if (after > this.read) {
      // it has waited, and has still not read so far
      this.#server.hasTakenBack = true;
      return say({ t: 'reset', epoch: now, after: this.read });
    }
    if (after > 0 && chain !== undefined && chain !== log[after - 1].chain) {
      return say({ t: 'reset', epoch: now, after: 0 });
    }
    return this.#begin(peer, say, ref, Math.max(after ?? this.read, this.#server.visibleFrom));
  }

  #begin(peer, say, ref, start) {
    const answer = { t: 'subscribed', ref, epoch: this.#server.epoch, head: Math.max(this.read, start), after: start };
    // what a newcomer may see begins above what this gateway has read yet
    this.read = Math.max(this.read, start);
    if (start >= this.read - WINDOW) {
      say(answer);
      peer.sent = start;
      return this.#sendTo(peer);
    }
    peer.sent = this.read;
    return say({ ...answer, catchUp: { after: start, to: this.read } });
  }

  unsubscribe(link) {
    this.links.get(link).sent = null;
  }

  #sendTo(peer) {
    if (peer.sent !== null) {
      peer.toClient.push(...this.#server.log.slice(peer.sent, this.read));
      peer.sent = this.read;
    }
  }

  #end(peer, frame) {
    if (peer.sent !== null) {
      peer.toClient.push({ channel: 'c', ...frame });
      peer.sent = null;
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
