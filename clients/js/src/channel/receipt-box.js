import { backoffMs } from '../connection/backoff.js';
import { goOn, live, lost, nextTurn, read, READERS_MAX, refused, shown, UNREAD } from './receipts.js';

/** A timer that is late by less than this would be set again for nothing. */
const LATE_MS = 1;

/** The shell around `receipts.js` for one channel: its watchers, its timer, and the reading of what was not shown. */
export class ReceiptBox {
  #ports;
  #state = UNREAD;
  #watchers = new Set();
  #turnTimer;
  #readTimer;
  #isOn = false;
  #reading = new AbortController();

  /**
   * @param {{nowMs: () => number, random: () => number, send: (seq: number) => void,
   *     receipts: (cursor: string | null, signal: AbortSignal) => Promise<object>}} ports `receipts` reads a page
   */
  constructor(ports) {
    this.#ports = ports;
  }

  /** How far each reader has read. A new map at every change. */
  get places() {
    return this.#state.places;
  }

  /** What was said before anybody watches is read when the first one does. */
  watch(watcher) {
    this.#watchers.add(watcher);
    watcher(this.places);
    if (this.#watchers.size === 1) {
      this.missed();
    }
    return () => this.#watchers.delete(watcher);
  }

  read(epoch, seq) {
    this.#become(read(this.#state, epoch, seq));
  }

  /**
   * The channel has taken a frame, or something else.
   * @param {object} before its state before that, `after` its state now
   * @param {string | null} user whose client it is; null over a transport without a way back
   */
  follow(before, after, user) {
    if (after.phase !== 'live') {
      this.#lost();
    } else if (before.phase !== 'live' || (before.moving !== 0 && after.moving === 0)) {
      const { epoch, seq } = after.ledger;
      this.#isOn = true;
      this.#become(user === null ? lost(this.#state) : live(this.#state, { epoch, applied: seq, user }));
      this.missed();
    }
  }

  /** A `receipt` frame came. */
  hear(frame) {
    this.#become(shown(this.#state, frame));
  }

  /** An `error` came: with a `ref`, it answers something else. */
  refused(frame) {
    if (frame.ref === undefined) {
      this.#become(refused(this.#state, frame, this.#ports.nowMs()));
    }
  }

  /** Frames may not have come: the state is read as a whole, if anybody watches it. */
  missed() {
    this.#stopReading();
    if (this.#isOn && this.#watchers.size > 0) {
      this.#readAll(0, this.#reading.signal);
    }
  }

  /** Nothing is shown and nothing said any more. */
  clear() {
    this.#lost();
    this.#become(UNREAD);
  }

  #lost() {
    if (this.#isOn) {
      this.#isOn = false;
      this.#stopReading();
      this.#become(lost(this.#state));
    }
  }

  #stopReading() {
    clearTimeout(this.#readTimer);
    this.#reading.abort();
    this.#reading = new AbortController();
  }

  async #readAll(attempt, signal) {
    try {
      let cursor = null;
      let count = 0;
      do {
        const page = await this.#ports.receipts(cursor, signal);
        if (signal.aborted) {
          return;
        }
        this.hear(page);
        count += Object.keys(page.read).length;
        cursor = page.next;
      } while (cursor !== null && count < READERS_MAX);
    } catch (problem) {
      if (!signal.aborted && problem.retry) {
        const ms = backoffMs(attempt, this.#ports.random(), problem.retryAfterMs);
        this.#readTimer = setTimeout(() => this.#readAll(attempt + 1, signal), ms);
      }
    }
  }

  #become(next) {
    const before = this.#state;
    const { state, say } = goOn(next, this.#ports.nowMs());
    this.#state = state;
    if (say !== null) {
      this.#ports.send(say);
    }
    clearTimeout(this.#turnTimer);
    const at = nextTurn(state);
    if (at !== null) {
      this.#turnTimer = setTimeout(() => this.#become(this.#state), at - this.#ports.nowMs() + LATE_MS);
    }
    if (state.places !== before.places && (state.places.size > 0 || before.places.size > 0)) {
      for (const watcher of this.#watchers) {
        watcher(state.places);
      }
    }
  }
}
