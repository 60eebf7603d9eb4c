import { parseTime } from '../protocol/time.js';
import { decideConnection, initialConnection } from './decide.js';
import { nextDueMs } from './deadlines.js';
import { ServerClock } from './server-clock.js';

/** The longest a timer can wait; longer ones fire at once instead. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * The shell around `decide.js`: its links, its one timer, and the numbers of requests.
 */
export class Connection {
  #env;
  #listeners;
  #state = initialConnection;
  #links = new Map();
  #timer = null;
  #timerAtMs = null;
  #pings = new Map();
  #refs = 0;
  #tokensAsked = 0;

  /**
   * @param {{links: Record<string, (listener: object) => object>, transports: string[], tokens:
   *     import('../auth/tokens.js').Tokens, device?: string, nowMs: () => number, wallMs: () => number,
   *     random: () => number}} env `links` opens a link of each transport
   * @param {{changed: () => void, up: () => void, moving: () => void, down: () => void,
   *     frame: (frame: object, receivedAtMs: number, isOld: boolean) => void}} listeners
   */
  constructor(env, listeners) {
    this.#env = env;
    this.#listeners = listeners;
    this.clock = new ServerClock();
  }

  get state() {
    return this.#state;
  }

  /** `ws`, `sse` or `poll`. */
  get transport() {
    return this.#env.transports[this.#state.transport];
  }

  /** When the next attempt begins, on our clock; null while none is waited for. */
  get retryAtMs() {
    return this.#state.phase === 'waiting' ? (this.#state.deadlines.retry ?? null) : null;
  }

  get isUp() {
    return this.#state.phase === 'open';
  }

  /** An attempt has failed since the connection was last up. */
  get hasFailed() {
    return !this.isUp && this.#state.attempt > 1;
  }

  start() {
    this.#feed({ on: 'start' });
  }

  stop() {
    this.#feed({ on: 'stop' });
  }

  /** Whatever made the network fail is said to be over, or the page is looked at again: try now, or doubt. */
  wake() {
    this.#feed({ on: 'wake' });
  }

  /** Every channel has been answered on the new link. */
  moved() {
    this.#feed({ on: 'moved' });
  }

  nextRef() {
    this.#refs += 1;
    return this.#refs;
  }

  /** Sends a frame if the connection is up, else does nothing: whoever subscribes is told to again by `up`. */
  send(frame) {
    if (this.isUp) {
      this.#write(this.#state.link, frame);
    }
  }

  #feed(input) {
    const before = this.#state;
    const { nowMs, wallMs, random, transports } = this.#env;
    const at = { nowMs: nowMs(), wallMs: wallMs(), random: random() };
    const { state, effects } = decideConnection(before, { ...at, ...input }, { transports });
    this.#state = state;
    this.#setTimer();
    for (const effect of effects) {
      this.#carryOut(effect);
    }
    if (state.phase !== before.phase || state.transport !== before.transport || state.attempt !== before.attempt) {
      this.#listeners.changed();
    }
  }

  #setTimer() {
    const dueMs = nextDueMs(this.#state);
    if (dueMs === this.#timerAtMs) {
      return;
    }
    clearTimeout(this.#timer);
    this.#timerAtMs = dueMs;
    if (dueMs !== null) {
      // rounded up: a timer that fires a fraction too early would find nothing due
      const ms = Math.ceil(Math.max(dueMs - this.#env.nowMs(), 0));
      this.#timer = setTimeout(() => {
        this.#timerAtMs = null;
        this.#feed({ on: 'tick' });
      }, Math.min(ms, TIMER_MAX_MS));
    }
  }

  #carryOut(effect) {
    switch (effect.do) {
      case 'fetchToken':
        return this.#fetchToken(effect.fresh);
      case 'open':
        return this.#open(effect.link, effect.transport);
      case 'send':
        return this.#write(effect.link, effect.frame);
      case 'close':
        return this.#close(effect.link, effect.code, effect.reason);
      case 'up':
        return this.#listeners.up();
      case 'moving':
        return this.#listeners.moving();
      case 'down':
        return this.#listeners.down();
      default:
        throw new TypeError(`no such effect: ${effect.do}`);
    }
  }

  async #fetchToken(fresh) {
    this.#tokensAsked += 1;
    const asked = this.#tokensAsked;
    let input;
    try {
      // the token that was refused is not tried again, however long it says to live
      const token = await this.#env.tokens.get({ notThis: fresh ? this.#state.token : null });
      input = { on: 'token', token };
    } catch (problem) {
      input = { on: 'tokenFailed', problem };
    }
    if (asked === this.#tokensAsked) {
      this.#feed(input);
    }
  }

  #open(number, transport) {
    const listener = {
      opened: () => this.#of(number, { on: 'opened' }),
      closed: ({ code, reason, retryAfterMs }) => {
        const known = this.#links.has(number);
        this.#links.delete(number);
        if (known) {
          this.#feed({ on: 'closed', link: number, code, reason, retryAfterMs });
        }
      },
      frame: (frame) => this.#receive(number, frame),
    };
    try {
      this.#links.set(number, this.#env.links[transport](listener));
    } catch (problem) {
      // thrown for an address that no socket can have; it is shown, and tried again like any other failure
      this.#links.set(number, { send() {}, close() {} });
      queueMicrotask(() => listener.closed({ code: 0, reason: String(problem.message) }));
    }
  }

  /** A link that was given up may still report: only those in use are heard. */
  #of(link, input) {
    if (this.#links.has(link)) {
      this.#feed({ link, ...input });
    }
  }

  #receive(link, frame) {
    if (!this.#links.has(link)) {
      return;
    }
    const receivedAtMs = this.#env.nowMs();
    this.#readClock(frame, receivedAtMs);
    this.#feed({ on: 'frame', link, frame, serverNowMs: receivedAtMs + (this.clock.offsetMs ?? 0) });
    const { state } = this;
    if (state.phase === 'open' && (link === state.link || link === state.old)) {
      this.#listeners.frame(frame, receivedAtMs, link === state.old);
    }
  }

  #readClock(frame, receivedAtMs) {
    const sentAtMs = frame.t === 'pong' ? this.#pings.get(frame.ref) : undefined;
    if (sentAtMs !== undefined) {
      this.#pings.delete(frame.ref);
      if (frame.time !== undefined) {
        this.clock.add(sentAtMs, receivedAtMs, parseTime(frame.time));
      }
    }
  }

  #write(link, frame) {
    const ref = this.nextRef();
    const whole = { ref, ...frame };
    if (frame.t === 'hello') {
      this.#pings.clear();
      if (this.#env.device !== undefined) {
        whole.device = this.#env.device;
      }
    }
    if (frame.t === 'ping') {
      this.#pings.set(ref, this.#env.nowMs());
    }
    this.#links.get(link)?.send(whole);
  }

  #close(number, code, reason) {
    const link = this.#links.get(number);
    this.#links.delete(number);
    link?.close(code, reason);
  }
}
