import { expire, goOn, hear, nextExpiry, nextTurn, pacedAt, say, SILENCE, unhurried } from './signals.js';

/** Until the contract has been read. */
const PER_SECOND = 10;
/** A timer that is late by less than this would be set again for nothing. */
const LATE_MS = 1;

/** The shell around `signals.js` for one channel: its watchers, its timers, which run only while something waits. */
export class SignalBox {
  #ports;
  #shown = SILENCE;
  #pace = null;
  #watchers = new Set();
  #expiryTimer;
  #turnTimer;
  #isClosed = false;

  /**
   * @param {{nowMs: () => number, send: (type: string, data: unknown) => void, perSecond: () => Promise<number>}} ports
   */
  constructor(ports) {
    this.#ports = ports;
  }

  /** What others say now. A new array at every change. */
  get shown() {
    return this.#shown;
  }

  watch(watcher) {
    this.#watchers.add(watcher);
    watcher(this.#shown);
    return () => this.#watchers.delete(watcher);
  }

  /** A `signal` frame came. */
  hear(frame) {
    if (!this.#isClosed) {
      this.#show(hear(this.#shown, frame, this.#ports.nowMs()));
    }
  }

  say(type, data) {
    if (this.#pace === null) {
      this.#pace = unhurried(this.#ports.nowMs(), PER_SECOND);
      this.#readPace();
    }
    this.#carryOut(say(this.#pace, type, data, this.#ports.nowMs()));
  }

  /** What waits for its turn is not said any more. */
  silence() {
    clearTimeout(this.#turnTimer);
    this.#pace = this.#pace && { ...this.#pace, held: [] };
  }

  /** Nothing is shown and nothing said any more. */
  clear() {
    this.silence();
    this.#show(SILENCE);
  }

  close() {
    this.clear();
    this.#isClosed = true;
  }

  async #readPace() {
    try {
      const perSecond = await this.#ports.perSecond();
      this.#pace = pacedAt(this.#pace, perSecond);
    } catch {
      // the gateway keeps to the rate by itself
    }
  }

  #carryOut({ pace, send }) {
    this.#pace = pace;
    for (const { type, data } of send) {
      this.#ports.send(type, data);
    }
    clearTimeout(this.#turnTimer);
    const at = nextTurn(pace);
    if (at !== null) {
      const turn = () => this.#carryOut(goOn(this.#pace, this.#ports.nowMs()));
      this.#turnTimer = setTimeout(turn, at - this.#ports.nowMs() + LATE_MS);
    }
  }

  #show(shown) {
    clearTimeout(this.#expiryTimer);
    const at = nextExpiry(shown);
    if (at !== null) {
      const look = () => this.#show(expire(this.#shown, this.#ports.nowMs()));
      this.#expiryTimer = setTimeout(look, at - this.#ports.nowMs() + LATE_MS);
    }
    if (shown === this.#shown || (shown.length === 0 && this.#shown.length === 0)) {
      return;
    }
    this.#shown = shown;
    for (const watcher of this.#watchers) {
      watcher(shown);
    }
  }
}
