import assert from 'node:assert/strict';
import { nextDueMs } from '../../src/connection/deadlines.js';

/** Runs the scenarios of clients/conformance/connection.json against the connection's core. */

const BEGUN_MS = Date.UTC(2026, 0, 1);
const HEARTBEAT_MS = 20_000;
const TOKEN_MS = 3_600_000;

/** One connection, with clocks that only move when told; says effects in the file's words. */
export class ConnectionRun {
  constructor({ decideConnection, initialConnection }, { transports = ['ws'], random = 0.5 }) {
    this.decide = decideConnection;
    this.state = initialConnection;
    this.rules = { transports };
    this.random = random;
    this.nowMs = BEGUN_MS;
    this.wallMs = BEGUN_MS;
  }

  /** @returns {object[]} the actions */
  feed(input) {
    const [[name, value]] = Object.entries(input);
    const out = this.#inputs(name, value).flatMap((one) => {
      const at = { nowMs: this.nowMs, wallMs: this.wallMs, random: this.random };
      const { state, effects } = this.decide(this.state, { ...at, ...one }, this.rules);
      this.state = state;
      return effects;
    });
    return out.map(said);
  }

  get retryMs() {
    return this.state.phase === 'waiting' ? nextDueMs(this.state) - this.nowMs : null;
  }

  #inputs(name, value) {
    const iso = (ms) => new Date(ms).toISOString();
    switch (name) {
      case 'start':
      case 'stop':
      case 'wake':
      case 'moved':
        return [{ on: name }];
      case 'token':
        return [{ on: 'token', token: value }];
      case 'tokenFailed':
        return [{ on: 'tokenFailed', problem: value }];
      case 'opened':
        return [{ on: 'opened', link: value }];
      case 'welcome': {
        const frame = { t: 'welcome', session: 's', heartbeatMs: HEARTBEAT_MS, time: iso(this.nowMs), exp: iso(this.nowMs + TOKEN_MS) };
        return [{ on: 'frame', link: value, frame, serverNowMs: this.nowMs }];
      }
      case 'frame': {
        const { link, ...frame } = value;
        return [{ on: 'frame', link, frame, serverNowMs: this.nowMs }];
      }
      case 'closed':
        return [{ on: 'closed', reason: '', ...value }];
      case 'pass':
        this.nowMs += value;
        this.wallMs += value;
        return [{ on: 'tick' }];
      case 'sleep':
        this.wallMs += value;
        return [];
      default:
        throw new TypeError(`no such input: ${name}`);
    }
  }
}

function said({ do: name, ...effect }) {
  if (name === 'send') {
    const { t, token } = effect.frame;
    return { [t]: token === undefined ? { link: effect.link } : { link: effect.link, token } };
  }
  if (name === 'close') {
    return { close: { link: effect.link, code: effect.code } };
  }
  return { [name]: name === 'down' ? true : effect };
}

/** @throws {assert.AssertionError} at the first step whose actions are not the scenario's */
export function runConnectionScenario(core, scenario) {
  const run = new ConnectionRun(core, scenario);
  scenario.steps.forEach(({ in: input, out, phase, retryMs }, i) => {
    const at = `step ${i + 1}: ${JSON.stringify(input)}`;
    assert.deepEqual(run.feed(input), out, at);
    if (phase !== undefined) {
      assert.equal(run.state.phase, phase, at);
    }
    if (retryMs !== undefined) {
      assert.equal(run.retryMs, retryMs, at);
    }
  });
}
