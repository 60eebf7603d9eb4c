import { decideConnection, initialConnection } from '../../src/connection/decide.js';
import { nextDueMs } from '../../src/connection/deadlines.js';

/** The connection's core with clocks that only move when told: for tests of what it decides, and when. */
export class FakeLine {
  state = initialConnection;
  last = [];

  constructor({ transports = ['ws'], random = 0.5, expMs } = {}) {
    this.rules = { transports };
    this.random = random;
    this.nowMs = Date.UTC(2026, 0, 1);
    this.begunMs = this.nowMs;
    this.wallMs = this.nowMs;
    this.expMs = expMs ?? this.nowMs + 30 * 86_400_000;
  }

  feed(input) {
    const { nowMs, wallMs, random } = this;
    const { state, effects } = decideConnection(this.state, { nowMs, wallMs, random, ...input }, this.rules);
    this.state = state;
    this.last = effects;
    return effects;
  }

  /** Time passes, and only then it is called. */
  pass(ms) {
    this.nowMs += ms;
    this.wallMs += ms;
    return this.feed({ on: 'tick' });
  }

  /** Time passes with every deadline kept, and every ping answered. */
  idle(ms) {
    const endMs = this.nowMs + ms;
    while ((nextDueMs(this.state) ?? Infinity) < endMs) {
      this.pass(nextDueMs(this.state) - this.nowMs);
      if (this.state.awaitingPong) {
        this.pong();
      }
    }
    return this.pass(endMs - this.nowMs);
  }

  /** Time passes, deadline by deadline, until something is decided. Pings are answered where anything was before. */
  until(isDone) {
    const isAnswered = this.state.isProven;
    for (let i = 0; i < 1000; i++) {
      if (isDone(this.pass(nextDueMs(this.state) - this.nowMs))) {
        return;
      }
      if (isAnswered && this.state.awaitingPong) {
        this.pong();
      }
    }
    throw new Error('it never came');
  }

  waitMs() {
    return this.state.deadlines.retry - this.nowMs;
  }

  frame(frame, serverNowMs = this.nowMs) {
    return this.feed({ on: 'frame', link: this.state.link, frame, serverNowMs });
  }

  pong() {
    return this.frame({ t: 'pong', ref: 0 });
  }

  welcome(link) {
    const [time, exp] = [this.nowMs, this.expMs].map((ms) => new Date(ms).toISOString());
    return this.feed({ on: 'frame', link, frame: { t: 'welcome', session: 's', heartbeatMs: 20_000, time, exp } });
  }

  cut(code = 1006, reason = '') {
    return this.feed({ on: 'closed', link: this.state.link, code, reason });
  }
}
