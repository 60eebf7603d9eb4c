import { decide, initialState } from './decide.js';
import { backoffMs } from '../connection/backoff.js';

/** The gateway answers a subscribe within its own waits of 2 s; later than this, the answer is not coming. */
const ANSWER_MS = 10_000;

/**
 * The shell around `decide.js` for one channel: carries out effects, tells the application.
 *
 * Subscribes are not sent here: the follower says that it wants to join, and whoever holds the socket gathers all
 * that do into one frame.
 */
export class Follower {
  #ports;
  #handlers;
  #state;
  #watchers = new Set();
  #reading = new AbortController();
  #joinTimer;
  #answerTimer;
  #shown;

  /**
   * @param {string} channel
   * @param {object} options see `FollowOptions` in index.d.ts
   * @param {{history: import('../catchup/history.js').History, random: () => number, connection:
   *     import('../connection/connection.js').Connection, wantsJoin: (follower: Follower) => void,
   *     gone: (follower: Follower) => void}} ports
   */
  constructor(channel, options, ports) {
    this.channel = channel;
    this.#handlers = options;
    this.#ports = ports;
    this.#state = initialState(options.from);
    this.#shown = this.#view();
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

  /** After `refused` or `revoked`: ask again. */
  retry() {
    this.feed({ on: 'again' });
  }

  leave() {
    this.#reading.abort();
    clearTimeout(this.#joinTimer);
    clearTimeout(this.#answerTimer);
    this.feed({ on: 'leave' });
    this.#ports.gone(this);
  }

  get isIdle() {
    return this.#state.phase === 'idle';
  }

  /** The connection is up and `ref` is the number of the coming subscribe: what to say in it for this channel. */
  join(ref) {
    clearTimeout(this.#joinTimer);
    clearTimeout(this.#answerTimer);
    this.#answerTimer = setTimeout(() => this.feed({ on: 'unanswered', ref }), ANSWER_MS);
    return this.feed({ on: 'join', ref });
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
    let subscribe;
    for (const effect of effects) {
      if (effect.do === 'subscribe') {
        subscribe = effect;
      } else {
        this.#carryOut(effect, receivedAtMs);
      }
    }
    // after the events: who sees `live` has been given all that led there
    this.#show();
    return subscribe;
  }

  #carryOut(effect, receivedAtMs) {
    switch (effect.do) {
      case 'join':
        return this.#joinLater(effect.attempt);
      case 'unsubscribe':
        return this.#ports.connection.send({ t: 'unsubscribe', channel: this.channel });
      case 'read':
        return this.#read(effect, 'page', (signal) => this.#ports.history.events(this.channel, effect, signal));
      case 'readSnapshot':
        return this.#read(effect, 'snapshotPage', (signal) =>
          this.#ports.history.snapshot(this.channel, effect.cursor, signal),
        );
      case 'deliver':
        return this.#tell('onEvents', effect.events, { via: effect.via, receivedAtMs: receivedAtMs ?? null });
      case 'entities':
        return this.#tell('onEntities', effect.entities, { seq: effect.seq });
      case 'void':
        return this.#tell('onVoid', { epoch: effect.epoch, after: effect.after });
      case 'skip':
        return this.#tell('onSkip', { after: effect.after });
      default:
        throw new TypeError(`no such effect: ${effect.do}`);
    }
  }

  #joinLater(attempt) {
    clearTimeout(this.#joinTimer);
    const ms = attempt === 0 ? 0 : backoffMs(attempt, this.#ports.random());
    this.#joinTimer = setTimeout(() => this.#ports.wantsJoin(this), ms);
  }

  #read({ request, attempt, retryAfterMs }, answer, read) {
    const { signal } = this.#reading;
    const run = async () => {
      let input;
      try {
        input = { on: answer, request, page: await read(signal) };
      } catch (problem) {
        input = { on: 'readFailed', request, problem };
      }
      if (!signal.aborted) {
        this.feed(input);
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
    const { phase, ledger, head, catchUp, problem } = this.#state;
    const { connection } = this.#ports;
    return {
      phase: phase === 'idle' || phase === 'joining' ? (connection.isUp ? 'joining' : offline(connection)) : phase,
      epoch: ledger.epoch,
      seq: ledger.seq,
      chain: ledger.chain,
      head,
      catchUpAfter: catchUp?.after ?? null,
      catchUpTo: catchUp?.to ?? null,
      catchUpVia: catchUp?.via ?? null,
      problem,
    };
  }
}

/** The first attempt is `connecting`; only who was connected, or failed, is reconnecting. */
function offline({ state }) {
  if (state.phase === 'stopped' || state.phase === 'refused') {
    return 'offline';
  }
  return state.lastClose === null ? 'connecting' : 'reconnecting';
}
