import assert from 'node:assert/strict';
import { foldEntities } from './model-server.js';

/** Much shorter than in `follower.js`, so that answers which come after all are common. */
const ANSWER_MS = 300;

/**
 * The client's cores put together as `client.js` puts them together, with one channel, in a world where nothing happens
 * by itself: links, reads, posts and tokens wait until the world gets to them. Checks at every event that the
 * application was given the right one.
 */
export class SimClient {
  constructor(core, world, { from, snapshots }) {
    this.core = core;
    this.world = world;
    this.connection = core.initialConnection;
    this.channel = core.initialState(from, { bufferMax: 4, nearMax: 4, snapshots });
    this.queue = core.emptyQueue;
    this.ref = 0;
    /** What waits for the world: a token, reads and posts under way, and when to join. */
    this.wantsToken = null;
    this.reads = [];
    this.posts = [];
    this.joinAtMs = null;
    this.unanswered = null;
    this.settled = [];
    this.failed = [];
    this.clear();
    this.begin = null;
  }

  // ---- the connection

  connectionInput(input) {
    const { nowMs, wallMs } = this.world;
    const at = { nowMs, wallMs, random: this.world.draw.next() };
    const { state, effects } = this.core.decideConnection(this.connection, { ...at, ...input }, { transports: ['ws', 'sse'] });
    this.connection = state;
    assert.ok(state.phase === 'open' || state.next === null, 'only an open connection makes another link');
    effects.forEach((effect) => this.#connectionEffect(effect));
  }

  #connectionEffect(effect) {
    switch (effect.do) {
      case 'fetchToken':
        this.wantsToken = effect;
        break;
      case 'open':
        this.world.open(effect.link);
        break;
      case 'send':
        this.world.toServer(effect.link, { ref: (this.ref += 1), ...effect.frame });
        break;
      case 'close':
        this.world.close(effect.link);
        break;
      case 'up':
        this.queueInput({ on: 'wake' });
        this.wantsJoin();
        break;
      case 'moving':
        this.channelInput({ on: 'move', ref: (this.ref += 1) });
        this.#checkMoved();
        break;
      case 'down':
        this.channelInput({ on: 'disconnected' });
        break;
      default:
        assert.fail(`unexpected effect ${effect.do}`);
    }
  }

  get isUp() {
    return this.connection.phase === 'open';
  }

  receive(link, frame) {
    this.connectionInput({ on: 'frame', link, frame, serverNowMs: this.world.nowMs });
    const { phase, link: current, old } = this.connection;
    if (phase !== 'open' || (link !== current && link !== old)) {
      return;
    }
    if (frame.channel !== undefined && (link === current || this.channel.moving !== 0)) {
      this.channelInput({ on: 'frame', frame });
    }
    this.#checkMoved();
  }

  #checkMoved() {
    if (this.connection.old !== 0 && this.channel.moving === 0) {
      this.connectionInput({ on: 'moved' });
    }
  }

  // ---- the channel

  wantsJoin() {
    this.joinAtMs = null;
    if (this.isUp && this.channel.phase === 'idle') {
      this.channelInput({ on: 'join', ref: (this.ref += 1) });
    }
  }

  channelInput(input) {
    this.heldChain = this.channel.ledger.chain;
    const { state, effects } = this.core.decide(this.channel, input);
    this.channel = state;
    effects.forEach((effect) => this.#channelEffect(effect));
    if (this.queue.items.length > 0) {
      this.queueInput({ on: 'place', channel: 'c', epoch: state.ledger.epoch, seq: state.ledger.seq });
    }
    if (state.phase === 'live' && this.begin === null && state.fromNow) {
      this.begin = state.ledger.seq;
    }
    assert.ok(state.phase !== 'refused' || this.world.mayRefuse(state.problem.code), `refused: ${state.problem?.code}`);
    if (state.phase === 'live') {
      assert.ok(state.buffer.length === 0, 'nothing waits once it is live');
    }
    assert.ok(state.buffer.length <= 4, 'the buffer is bounded');
  }

  #channelEffect(effect) {
    switch (effect.do) {
      case 'join':
        this.joinAtMs = this.world.nowMs + 10 * effect.attempt + (effect.retryAfterMs ?? 0);
        break;
      case 'subscribe':
        this.unanswered = { ref: effect.ref, atMs: this.world.nowMs + ANSWER_MS };
        this.world.toServer(this.connection.link, { t: 'subscribe', ...effect });
        break;
      case 'unsubscribe':
        this.world.toServer(this.connection.link, { t: 'unsubscribe' });
        break;
      case 'read':
      case 'readSnapshot':
      case 'readContract':
        this.reads.push(effect);
        break;
      case 'deliver':
        this.#deliver(effect.events);
        break;
      case 'entities':
        foldEntities(effect.entities, this.entities);
        this.base = effect.seq;
        break;
      case 'void':
        this.#void(effect.after);
        break;
      case 'skip':
        // what is held below the hole is not looked at any more
        this.clear();
        this.begin = effect.after;
        break;
      default:
        assert.fail(`unexpected effect ${effect.do}`);
    }
  }

  // ---- what the application holds

  clear() {
    this.events = [];
    this.base = 0;
    this.entities = new Map();
  }

  get seq() {
    return this.events.at(-1)?.seq ?? Math.max(this.base, this.begin ?? 0);
  }

  #deliver(events) {
    for (const event of events) {
      if (this.begin === null && this.channel.fromNow) {
        this.begin = event.seq - 1;
      }
      assert.equal(event.seq, this.seq + 1, 'events are applied once each, in order');
      this.events.push(event);
      // where the view begins there is no chain to check the first event against
      assert.ok(event.raw === String(event.seq) || (event === events[0] && (this.heldChain === null || this.begin === event.seq - 1)), 'what is applied is what was written');
      const isOurs = this.queue.items.some(({ id }) => id === event.id);
      this.queueInput({ on: 'event', event: { ...event, epoch: this.channel.ledger.epoch } });
      assert.ok(!isOurs || this.settled.includes(event.id), 'a send is settled by its event');
    }
    foldEntities(events, this.entities);
  }

  #void(after) {
    const holds = this.seq > after && (this.events.length > 0 || this.base > 0);
    const { server, isLossy } = this.world;
    const isReplaced = this.channel.snapshot !== null || this.channel.ledger.seq > after || this.base > 0;
    assert.ok(!holds || isReplaced || isLossy || server.hasTakenBack, 'nothing is void without a reason');
    if (after === 0 || this.base > 0) {
      assert.equal(after, 0, 'a snapshot is never rolled back in part');
      this.clear();
      this.begin = null;
    } else {
      this.begin = this.begin !== null && after < this.begin ? null : this.begin;
      this.events = this.events.filter(({ seq }) => seq <= after);
      this.entities = foldEntities(this.events);
    }
  }

  // ---- sends

  send(id) {
    this.queueInput({ on: 'send', item: { id, channel: 'c', body: id } });
  }

  queueInput(input) {
    const at = { nowMs: this.world.nowMs, random: this.world.draw.next() };
    const { state, effects } = this.core.decideSend(this.queue, { ...at, ...input }, () => this.channel.ledger);
    this.queue = state;
    // an event that came first: its request is still under way, but nobody waits for it
    const sending = new Set(state.items.filter(({ status }) => status === 'sending').map(({ id }) => id));
    this.posts.forEach((post) => (post.isLost ||= !sending.has(post.id)));
    for (const effect of effects) {
      if (effect.do === 'post') {
        assert.ok(!this.posts.some(({ isLost }) => !isLost), 'one at a time, so that nothing overtakes');
        this.posts.push({ id: effect.item.id, answer: null, isLost: false });
      } else if (effect.do === 'settle') {
        this.settled.push(effect.id);
      } else if (effect.do === 'fail') {
        this.failed.push(effect.id);
      }
    }
  }

  tick() {
    this.connectionInput({ on: 'tick' });
    if (this.joinAtMs !== null && this.joinAtMs <= this.world.nowMs) {
      this.wantsJoin();
    }
    if (this.unanswered !== null && this.unanswered.atMs <= this.world.nowMs) {
      const { ref } = this.unanswered;
      this.unanswered = null;
      this.channelInput({ on: 'unanswered', ref });
    }
    this.queueInput({ on: 'tick' });
  }

  /** @returns {number} when it wants to be called next */
  get dueMs() {
    const { nextDueMs, sendDueMs } = this.core;
    return Math.min(nextDueMs(this.connection) ?? Infinity, this.joinAtMs ?? Infinity, sendDueMs(this.queue) ?? Infinity);
  }
}
