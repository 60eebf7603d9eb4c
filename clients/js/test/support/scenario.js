import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { publicPhase } from '../../src/channel/words.js';

/** Runs the scenarios of clients/conformance against the client's cores. */

export const conformance = (file) =>
  JSON.parse(readFileSync(new URL(`../../../conformance/${file}`, import.meta.url), 'utf8'));

export const wire = ({ data, ...event }) => ({ ...event, data: JSON.parse(data), raw: data });
/** Runs one scenario: numbers reads as the file does, and says effects in the file's words. */
class Run {
  constructor(core, logs, { from, bufferMax, snapshots }) {
    this.core = core;
    this.logs = logs;
    this.state = core.initialState(from, { bufferMax, snapshots });
    this.requests = [];
  }

  eventsOf(log) {
    return this.logs[log].events.map(wire);
  }

  feed(input) {
    const { state, effects } = this.core.decide(this.state, this.input(input));
    this.state = state;
    return effects.reduce((out, effect) => this.say(out, effect), []);
  }

  input(input) {
    const [[name, value]] = Object.entries(input);
    switch (name) {
      case 'join':
      case 'move':
        return { on: name, ref: value };
      case 'unanswered':
        return { on: name, ref: value };
      case 'disconnected':
      case 'again':
      case 'leave':
        return { on: name };
      case 'frame':
        return { on: 'frame', frame: value };
      case 'event':
        return { on: 'frame', frame: { t: 'event', ...this.eventsOf(value.log)[value.seq - 1] } };
      case 'page': {
        const { read, log, after, to, head } = value;
        const page = { epoch: this.logs[log].epoch, head, events: this.eventsOf(log).slice(after, to), next: null };
        return { on: 'page', request: this.requests[read - 1], page };
      }
      case 'snapshot': {
        const { read, log, seq, entities, next } = value;
        const all = this.eventsOf(log);
        const page = { epoch: this.logs[log].epoch, seq, chain: all[seq - 1].chain, entities: entities.map((n) => all[n - 1]), next };
        return { on: 'snapshotPage', request: this.requests[read - 1], page };
      }
      case 'failed': {
        const { read, status, code, retryAfterMs = 0, first } = value;
        const retry = status === 0 || status >= 500;
        return { on: 'readFailed', request: this.requests[read - 1], problem: { status, code, retry, retryAfterMs, first } };
      }
      default:
        throw new TypeError(`no such input: ${name}`);
    }
  }

  say(out, { do: name, ...effect }) {
    switch (name) {
      case 'join':
        return [...out, { joinAgain: { atLeastMs: effect.retryAfterMs ?? 0 } }];
      case 'subscribe':
      case 'void':
      case 'skip':
        return [...out, { [name]: effect }];
      case 'unsubscribe':
        return [...out, { unsubscribe: true }];
      case 'read': {
        const { request, after, minSeq, epoch, retryAfterMs } = effect;
        return [...out, { read: { n: this.requests.push(request), after, minSeq, epoch, atLeastMs: retryAfterMs ?? 0 } }];
      }
      case 'readSnapshot': {
        const { request, cursor, retryAfterMs } = effect;
        const said = { n: this.requests.push(request), ...(cursor === null ? {} : { cursor }), atLeastMs: retryAfterMs ?? 0 };
        return [...out, { readSnapshot: said }];
      }
      case 'deliver': {
        const seqs = effect.events.map(({ seq }) => seq);
        const last = out.at(-1);
        // events that follow each other are one delivery here, however they were handed over
        return last?.deliver ? [...out.slice(0, -1), { deliver: [...last.deliver, ...seqs] }] : [...out, { deliver: seqs }];
      }
      case 'entities':
        return [...out, { entities: { seqs: effect.entities.map(({ seq }) => seq), seq: effect.seq } }];
      default:
        throw new TypeError(`no such effect: ${name}`);
    }
  }

  get word() {
    return publicPhase(this.state.phase, { isUp: true, isRefused: false, hasFailed: false, holds: false, confirmed: true, isReduced: false });
  }
}

/** @throws {assert.AssertionError} at the first step whose actions are not the scenario's */
export function runChannelScenario(core, logs, scenario) {
  const run = new Run(core, logs, scenario);
  scenario.steps.forEach(({ in: input, out, state, place, problem }, i) => {
    const at = `step ${i + 1}: ${JSON.stringify(input)}`;
    assert.deepEqual(run.feed(input), out, at);
    if (state !== undefined) {
      assert.equal(run.word, state, at);
    }
    if (place !== undefined) {
      assert.deepEqual([run.state.ledger.epoch, run.state.ledger.seq], place, at);
    }
    if (problem !== undefined) {
      assert.equal(run.state.problem.code, problem, at);
    }
  });
}
