import { parseFrame, SUBPROTOCOL } from '../protocol/frames.js';
import { parseTime } from '../protocol/time.js';
import { backoffMs } from './backoff.js';
import { decideConnection, initialConnection } from './decide.js';
import { ServerClock } from './server-clock.js';

/** setTimeout takes no more than this and would fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * The shell around `decide.js`: one socket at a time, its timers, and the numbers of requests.
 */
export class Connection {
  #env;
  #listeners;
  #state = initialConnection;
  #socket = null;
  #timers = new Map();
  #pings = new Map();
  #refs = 0;
  #tokensAsked = 0;
  #retryAtMs = null;

  /**
   * @param {{url: string, token: () => string | Promise<string>, device?: string, WebSocket: typeof WebSocket,
   *     nowMs: () => number, random: () => number}} env
   * @param {{changed: () => void, up: () => void, down: () => void, frame: (frame: object) => void}} listeners
   */
  constructor(env, listeners) {
    this.#env = env;
    this.#listeners = listeners;
    this.clock = new ServerClock();
  }

  get state() {
    return this.#state;
  }

  /** When the next attempt begins, on our clock; null while none is waited for. */
  get retryAtMs() {
    return this.#state.phase === 'waiting' ? this.#retryAtMs : null;
  }

  get isUp() {
    return this.#state.phase === 'open';
  }

  start() {
    this.#feed({ on: 'start' });
  }

  stop() {
    this.#feed({ on: 'stop' });
  }

  /** Whatever made the network fail is said to be over: try now. */
  online() {
    this.#feed({ on: 'online' });
  }

  nextRef() {
    this.#refs += 1;
    return this.#refs;
  }

  /** Sends a frame if the connection is up, else does nothing: whoever subscribes is told to again by `up`. */
  send(frame) {
    if (this.isUp) {
      this.#write(frame);
    }
  }

  #feed(input) {
    const before = this.#state;
    const { state, effects } = decideConnection(before, input);
    this.#state = state;
    for (const effect of effects) {
      this.#carryOut(effect);
    }
    if (state.phase !== before.phase) {
      this.#listeners.changed();
    }
  }

  #carryOut(effect) {
    switch (effect.do) {
      case 'fetchToken':
        return this.#fetchToken();
      case 'open':
        return this.#open();
      case 'send':
        return this.#write(effect.frame);
      case 'close':
        return this.#close(effect.code, effect.reason);
      case 'timer':
        return this.#timer(effect.name, effect.ms);
      case 'noTimers':
        return this.#noTimers();
      case 'backoff': {
        const ms = backoffMs(effect.attempt, this.#env.random(), effect.floorMs);
        this.#retryAtMs = this.#env.nowMs() + ms;
        return this.#timer('retry', ms);
      }
      case 'up':
        return this.#listeners.up();
      case 'down':
        this.#socket = null;
        return this.#listeners.down();
      default:
        throw new TypeError(`no such effect: ${effect.do}`);
    }
  }

  async #fetchToken() {
    this.#tokensAsked += 1;
    const asked = this.#tokensAsked;
    let input;
    try {
      input = { on: 'token', token: await this.#env.token() };
    } catch (problem) {
      input = { on: 'tokenFailed', problem };
    }
    if (asked === this.#tokensAsked) {
      this.#feed(input);
    }
  }

  #open() {
    const { WebSocket } = this.#env;
    let socket;
    try {
      socket = new WebSocket(this.#env.url, SUBPROTOCOL);
    } catch (problem) {
      // thrown for an address that no socket can have; it is shown, and tried again like any other failure
      return queueMicrotask(() => this.#feed({ on: 'closed', code: 0, reason: String(problem.message) }));
    }
    this.#socket = socket;
    this.#pings.clear();
    socket.onopen = () => this.#of(socket, { on: 'opened' });
    socket.onclose = ({ code, reason }) => this.#of(socket, { on: 'closed', code, reason });
    socket.onmessage = ({ data }) => this.#receive(socket, data);
    return undefined;
  }

  /** A socket that was given up may still report: only the current one is heard. */
  #of(socket, input) {
    if (socket === this.#socket) {
      this.#feed(input);
    }
  }

  #receive(socket, text) {
    if (socket !== this.#socket) {
      return;
    }
    const receivedAtMs = this.#env.nowMs();
    let frame;
    try {
      frame = parseFrame(text);
    } catch {
      socket.close(4400, 'a frame that cannot be read');
      return this.#feed({ on: 'closed', code: 4400, reason: 'a frame that cannot be read' });
    }
    this.#readClock(frame, receivedAtMs);
    this.#feed({ on: 'frame', frame, serverNowMs: receivedAtMs + (this.clock.offsetMs ?? 0) });
    if (frame.channel !== undefined || frame.t === 'error') {
      this.#listeners.frame(frame, receivedAtMs);
    }
    return undefined;
  }

  #readClock(frame, receivedAtMs) {
    const sentAtMs = frame.t === 'pong' ? this.#pings.get(frame.ref) : undefined;
    if (sentAtMs !== undefined) {
      this.#pings.delete(frame.ref);
      this.clock.add(sentAtMs, receivedAtMs, parseTime(frame.time));
    }
  }

  #write(frame) {
    const ref = this.nextRef();
    const whole = { ref, ...frame };
    if (frame.t === 'hello' && this.#env.device !== undefined) {
      whole.device = this.#env.device;
    }
    if (frame.t === 'ping') {
      this.#pings.set(ref, this.#env.nowMs());
    }
    this.#socket.send(JSON.stringify(whole));
  }

  #close(code, reason) {
    this.#socket?.close(code, reason);
    this.#socket = null;
  }

  #timer(name, ms) {
    clearTimeout(this.#timers.get(name));
    const run = () => {
      this.#timers.delete(name);
      this.#feed({ on: 'timer', name });
    };
    this.#timers.set(name, setTimeout(run, Math.min(ms, TIMER_MAX_MS)));
  }

  #noTimers() {
    for (const timer of this.#timers.values()) {
      clearTimeout(timer);
    }
    this.#timers.clear();
  }
}
