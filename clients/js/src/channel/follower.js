import { backoffMs } from '../connection/backoff.js';
import { asEvent } from '../cache/record.js';
import { TRAIL_MAX } from '../apply/ledger.js';
import { decide, initialState } from './decide.js';
import { isSubscribed } from './moves.js';
import { PresenceBox } from './presence-box.js';
import { ReceiptBox } from './receipt-box.js';
import { SignalBox } from './signal-box.js';
import { channelState, publicPhase } from './words.js';

/** The gateway answers a subscribe within its own waits of 2 s; later than this, the answer is not coming. */
const ANSWER_MS = 10_000;

const hasLostItsRight = ({ phase, problem }) =>
  phase === 'revoked' || (phase === 'refused' && problem.code === 'forbidden');

/**
 * The shell around `decide.js` for one channel: carries out effects, tells the application.
 *
 * Subscribes are not sent here: the follower says that it wants to join, and whoever holds the connection gathers all
 * that do into one frame.
 */
export class Follower {
  #ports;
  #handlers;
  #rules;
  #state;
  #keeper;
  #watchers = new Set();
  #reading = new AbortController();
  #leaving = new AbortController();
  #joinTimer;
  #answerTimer;
  #isLoading = false;
  #isConfirmed = true;
  #refused = null;
  #shown;
  #signals;
  #receipts;
  #presence;

  /**
   * @param {string} channel
   * @param {object} options see `FollowOptions` in index.d.ts
   * @param {{history: import('../catchup/history.js').History, random: () => number, connection:
   *     import('../connection/connection.js').Connection, keeper: import('../cache/keeper.js').Keeper | null,
   *     isShedding: () => boolean, nowMs: () => number, applied: (epoch: number, events: object[]) => void,
   *     moved: (follower: Follower) => void,
   *     wantsJoin: (follower: Follower) => void, gone: (follower: Follower) => void}} ports
   */
  constructor(channel, options, ports) {
    this.channel = channel;
    this.#handlers = options;
    this.#ports = ports;
    this.#keeper = ports.keeper;
    this.#rules = { snapshots: options.onEntities !== undefined };
    this.#state = initialState(options.from, this.#rules);
    this.#shown = this.#view();
    this.#signals = new SignalBox({
      nowMs: ports.nowMs,
      send: (type, data) => ports.connection.send({ t: 'signal', channel, type, data }),
      perSecond: () => ports.history.signalsPerSecond(channel, this.#leaving.signal),
    });
    this.#receipts = new ReceiptBox({
      nowMs: ports.nowMs,
      random: ports.random,
      send: (seq) => ports.connection.send({ t: 'receipt', channel, seq }),
      receipts: (cursor, signal) => ports.history.receipts(channel, cursor, signal),
    });
    this.#presence = new PresenceBox((own) => ports.connection.send({ t: 'presence', channel, ...own }));
  }

  /** What to show: see `ChannelState` in index.d.ts. A new object at every change. */
  get state() {
    return this.#shown;
  }

  /**
   * Calls `watcher` at every change of `state`, and now.
   * @returns {() => void} stops it
   */
  watch(watcher) {
    this.#watchers.add(watcher);
    watcher(this.#shown);
    return () => this.#watchers.delete(watcher);
  }

  /** What others signal now: see `Signal` in index.d.ts. A new array at every change. */
  get signals() {
    return this.#signals.shown;
  }

  /**
   * Calls `watcher` at every change of `signals`, also when one expires, and now.
   * @returns {() => void} stops it
   */
  watchSignals(watcher) {
    return this.#signals.watch(watcher);
  }

  /**
   * Says something that is shown to the others for a moment and kept nowhere.
   * @returns {boolean} false where it cannot be said now
   */
  signal(type, data = null) {
    if (!isSubscribed(this.#state) || this.#ports.connection.transport !== 'ws') {
      return false;
    }
    this.#signals.say(type, data);
    return true;
  }

  /** How far each reader has read: complete while it is watched. A new map at every change. */
  get receipts() {
    return this.#receipts.places;
  }

  /**
   * Calls `watcher` at every change of `receipts`, and now.
   * @returns {() => void} stops it
   */
  watchReceipts(watcher) {
    return this.#receipts.watch(watcher);
  }

  /** The user has read up to there; said, and said again until it is kept, as soon as it can be. */
  read(seq = this.#state.ledger.seq) {
    const { ledger } = this.#state;
    this.#receipts.read(ledger.epoch, Math.min(seq, ledger.seq));
  }

  /** A frame of a lane came. */
  hear(frame) {
    if (isSubscribed(this.#state)) {
      (frame.t === 'signal' ? this.#signals : this.#receipts).hear(frame);
    }
  }

  /** `receipt` frames were shed. */
  missedReceipts() {
    this.#receipts.missed();
  }

  /** Who is here: see `Presence` in index.d.ts. A new object at every change. */
  get presence() {
    return this.#presence.room;
  }

  /**
   * Calls `watcher` at every change of `presence`, and now.
   * @returns {() => void} stops it
   */
  watchPresence(watcher) {
    return this.#presence.watch(watcher);
  }

  /** Says what the user is doing here, from now on, until `absent()` or `leave()`. */
  present(mode = 'active', data = undefined) {
    this.#presence.present(mode, data);
  }

  /** The user is not here any more, though the channel is followed. */
  absent() {
    this.#presence.absent();
  }

  /** A `presence` frame came. */
  hearPresence(frame) {
    if (isSubscribed(this.#state)) {
      this.#presence.hear(frame);
    }
  }

  /** After `gone`: ask again. */
  retry() {
    this.feed({ on: 'again' });
  }

  leave() {
    this.#reading.abort();
    this.#leaving.abort();
    this.#signals.close();
    this.#receipts.clear();
    this.#presence.absent();
    this.#presence.clear();
    clearTimeout(this.#joinTimer);
    clearTimeout(this.#answerTimer);
    this.feed({ on: 'leave' });
    this.#ports.gone(this);
    return this.flush();
  }

  /** Waits until the cache holds what was applied. */
  async flush() {
    await this.#keeper?.flush();
  }

  /** Begins: with what is cached, where there is a cache, then with the server. */
  async begin() {
    if (this.#keeper !== null) {
      this.#isLoading = true;
      const record = await this.#keeper.load();
      this.#isLoading = false;
      if (this.#state.phase === 'left') {
        return;
      }
      if (record !== null) {
        this.#restore(record);
      }
    }
    this.#ports.wantsJoin(this);
  }

  get isIdle() {
    return this.#state.phase === 'idle' && !this.#isLoading;
  }

  /** Still with the old link of a move. */
  get isMoving() {
    return this.#state.moving !== 0;
  }

  /**
   * The connection is up and `ref` is the number of the coming subscribe: what to say in it for this channel.
   * @param {'join' | 'move'} on
   * @returns {object | undefined} nothing where there is nothing to subscribe
   */
  join(on, ref) {
    if (this.#isLoading) {
      return undefined;
    }
    clearTimeout(this.#joinTimer);
    clearTimeout(this.#answerTimer);
    this.#answerTimer = setTimeout(() => this.feed({ on: 'unanswered', ref }), ANSWER_MS);
    return this.feed({ on, ref });
  }

  disconnected() {
    clearTimeout(this.#joinTimer);
    clearTimeout(this.#answerTimer);
    this.feed({ on: 'disconnected' });
  }

  /** The connection has changed: what is shown depends on it. */
  connectionChanged() {
    this.#show();
  }

  /**
   * @param {object} input see `decide.js`
   * @param {number} [receivedAtMs] when its frame came
   * @returns {object | undefined} the `subscribe` effect, if there was one
   */
  feed(input, receivedAtMs) {
    const before = this.#state;
    const { state, effects } = decide(before, input);
    this.#state = state;
    if (state.request !== before.request && before.request !== 0) {
      this.#reading.abort();
      this.#reading = new AbortController();
    }
    if (state.phase !== 'joining' && state.phase !== 'idle') {
      this.#isConfirmed = true;
    }
    if (!isSubscribed(state)) {
      this.#signals.silence();
      this.#presence.unheard();
    } else if (before.moving !== 0 && state.moving === 0) {
      // the new link has not been told anything, and tells all
      this.#presence.unheard();
    }
    if (state.phase !== before.phase && hasLostItsRight(state)) {
      this.#signals.clear();
      this.#receipts.clear();
      this.#presence.clear();
      this.#keeper?.forget();
    }
    let subscribe;
    for (const effect of effects) {
      if (effect.do === 'subscribe') {
        subscribe = effect;
      } else {
        this.#carryOut(effect, receivedAtMs, before.ledger);
      }
    }
    // after the events: who sees `live` has been given all that led there
    this.#show();
    const { transport, state: { user } } = this.#ports.connection;
    this.#receipts.follow(before, state, transport === 'ws' ? user : null);
    if (input.frame?.t === 'error') {
      this.#receipts.refused(input.frame);
    }
    if (state.ledger.seq !== before.ledger.seq || state.ledger.epoch !== before.ledger.epoch) {
      this.#ports.moved(this);
    }
    return subscribe;
  }

  #restore(record) {
    const { epoch, base, baseChain, entities, events, seq, chain } = record;
    const trail = [[base, baseChain], ...events.map((event) => [event.seq, event.chain])].slice(-TRAIL_MAX);
    this.#state = initialState({ epoch, seq, chain, base, trail }, this.#rules);
    this.#isConfirmed = false;
    if (base > 0) {
      this.#tell('onSkip', { after: base });
    }
    if (entities.length > 0) {
      this.#tell('onEntities', entities.map(asEvent), { seq: base });
    }
    if (events.length > 0) {
      this.#deliver(epoch, events.map(asEvent), { via: 'cache', receivedAtMs: null });
    }
    this.#show();
  }

  #carryOut(effect, receivedAtMs, held) {
    const { history } = this.#ports;
    switch (effect.do) {
      case 'join':
        return this.#joinLater(effect.attempt, effect.retryAfterMs);
      case 'unsubscribe':
        return this.#ports.connection.send({ t: 'unsubscribe', channel: this.channel });
      case 'read':
        return this.#read(effect, async (signal) => ({ on: 'page', page: await history.events(this.channel, effect, signal) }));
      case 'readSnapshot':
        return this.#read(effect, async (signal) => ({
          on: 'snapshotPage',
          page: await history.snapshot(this.channel, effect.cursor, signal),
        }));
      case 'readContract':
        return this.#read(effect, async (signal) => ({
          on: 'contract',
          snapshotAfter: await history.snapshotAfter(this.channel, signal),
        }));
      case 'deliver': {
        const [first] = effect.events;
        const chain = first.seq === held.seq + 1 ? held.chain : null;
        this.#keeper?.events(this.#state.ledger.epoch, effect.events, first.seq - 1, chain);
        return this.#deliver(this.#state.ledger.epoch, effect.events, { via: effect.via, receivedAtMs: receivedAtMs ?? null });
      }
      case 'entities': {
        const { epoch } = this.#state.ledger;
        const isLast = this.#state.snapshot === null;
        this.#keeper?.entities(epoch, effect.entities, effect.seq, isLast ? this.#state.ledger.chain : undefined);
        return this.#tell('onEntities', effect.entities, { seq: effect.seq });
      }
      case 'void':
        this.#keeper?.void(effect.epoch, effect.after);
        return this.#tell('onVoid', { epoch: effect.epoch, after: effect.after });
      case 'skip':
        return this.#tell('onSkip', { after: effect.after });
      default:
        throw new TypeError(`no such effect: ${effect.do}`);
    }
  }

  #deliver(epoch, events, how) {
    this.#tell('onEvents', events, how);
    this.#ports.applied(epoch, events);
  }

  #joinLater(attempt, retryAfterMs = 0) {
    clearTimeout(this.#joinTimer);
    const ms = attempt === 0 && retryAfterMs === 0 ? 0 : backoffMs(attempt, this.#ports.random(), retryAfterMs);
    this.#joinTimer = setTimeout(() => this.#ports.wantsJoin(this), ms);
  }

  #read({ request, attempt, retryAfterMs }, read) {
    const { signal } = this.#reading;
    const run = async () => {
      let input;
      try {
        input = await read(signal);
      } catch (problem) {
        const { code, status, retry, message, body } = problem;
        const said = { code, status, retry, detail: message, retryAfterMs: problem.retryAfterMs, first: body?.first };
        input = { on: 'readFailed', problem: said };
      }
      if (!signal.aborted) {
        this.feed({ ...input, request });
      }
    };
    if (attempt === 0) {
      run();
    } else {
      setTimeout(() => signal.aborted || run(), backoffMs(attempt, this.#ports.random(), retryAfterMs));
    }
  }

  /** A handler that throws is the application's fault: it is reported, and the follower goes on. */
  #tell(name, ...told) {
    try {
      this.#handlers[name]?.(...told);
    } catch (fault) {
      queueMicrotask(() => {
        throw fault;
      });
    }
  }

  #show() {
    const view = this.#view();
    const shown = this.#shown;
    if (Object.keys(view).every((key) => view[key] === shown[key])) {
      return;
    }
    this.#shown = view;
    for (const watcher of this.#watchers) {
      watcher(view);
    }
  }

  #view() {
    const { connection } = this.#ports;
    const phase = publicPhase(this.#state.phase, {
      isUp: connection.isUp,
      isRefused: connection.state.phase === 'refused',
      hasFailed: connection.hasFailed,
      holds: this.#state.ledger.seq > 0,
      confirmed: this.#isConfirmed,
      isReduced: connection.transport === 'poll' || this.#ports.isShedding(),
    });
    return channelState(this.#state, phase, this.#refusal(connection));
  }

  /** The server refuses this client, so it refuses every channel. One object, so that nothing seems to change. */
  #refusal({ state }) {
    if (state.phase !== 'refused') {
      return null;
    }
    const { code, reason } = state.lastClose;
    this.#refused ??= { code: code === 4426 ? 'version' : 'too_large', detail: reason };
    return this.#refused;
  }
}
