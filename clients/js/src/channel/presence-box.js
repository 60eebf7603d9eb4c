import { apply, UNKNOWN } from './presence.js';

/** Until the server has said how often. */
const HEARTBEAT_MS = 30_000;

/**
 * The shell around `presence.js` for one channel: its watchers, and what the user is doing here, which is said again by
 * a timer, and after every subscribe. A whole state that comes is the sign that the server listens: it is shown to nobody
 * who cannot be present yet.
 */
export class PresenceBox {
  #send;
  #room = UNKNOWN;
  #watchers = new Set();
  #own = null;
  #isHeard = false;
  #heartbeatMs = HEARTBEAT_MS;
  #timer;

  /** @param {(presence: {mode: string, data?: unknown}) => void} send */
  constructor(send) {
    this.#send = send;
  }

  /** Who is here. A new object at every change. */
  get room() {
    return this.#room;
  }

  watch(watcher) {
    this.#watchers.add(watcher);
    watcher(this.#room);
    return () => this.#watchers.delete(watcher);
  }

  /** The user is doing this from now on. */
  present(mode, data) {
    this.#own = data === undefined ? { mode } : { mode, data };
    this.#say();
  }

  /** The user is not here any more. */
  absent() {
    if (this.#own !== null && this.#isHeard) {
      this.#send({ mode: 'gone' });
    }
    this.#own = null;
    clearTimeout(this.#timer);
  }

  /** A `presence` frame came. */
  hear(frame) {
    if (frame.full === true) {
      this.#heartbeatMs = frame.heartbeatMs ?? this.#heartbeatMs;
      if (!this.#isHeard) {
        this.#isHeard = true;
        this.#say();
      }
    }
    this.#show(apply(this.#room, frame));
  }

  /** The channel is not subscribed any more, or anew: what was shown stays until the whole state comes. */
  unheard() {
    this.#isHeard = false;
    clearTimeout(this.#timer);
  }

  /** Nobody is to be shown here any more. */
  clear() {
    this.unheard();
    this.#show(UNKNOWN);
  }

  #say() {
    clearTimeout(this.#timer);
    if (this.#own !== null && this.#isHeard) {
      this.#send(this.#own);
      this.#timer = setTimeout(() => this.#say(), this.#heartbeatMs);
    }
  }

  #show(room) {
    if (room === this.#room) {
      return;
    }
    this.#room = room;
    for (const watcher of this.#watchers) {
      watcher(room);
    }
  }
}
