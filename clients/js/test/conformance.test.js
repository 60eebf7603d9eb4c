import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { decide, initialState } from '../src/channel/decide.js';
import { publicPhase } from '../src/channel/words.js';
import { chainNext, chainStart } from '../src/protocol/chain.js';

const file = new URL('../../conformance/channel.json', import.meta.url);
const { logs, scenarios } = JSON.parse(readFileSync(file, 'utf8'));

const wire = ({ data, ...event }) => ({ ...event, data: JSON.parse(data), raw: data });
const eventsOf = (log) => logs[log].events.map(wire);

/** Runs one scenario: numbers reads as the file does, and says effects in the file's words. */
class Run {
  constructor({ from, bufferMax, snapshots }) {
    this.state = initialState(from, { bufferMax, snapshots });
    this.requests = [];
  }

  feed(input) {
    const { state, effects } = decide(this.state, this.input(input));
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
        return { on: 'frame', frame: { t: 'event', ...eventsOf(value.log)[value.seq - 1] } };
      case 'page': {
        const { read, log, after, to, head } = value;
        const page = { epoch: logs[log].epoch, head, events: eventsOf(log).slice(after, to), next: null };
        return { on: 'page', request: this.requests[read - 1], page };
      }
      case 'snapshot': {
        const { read, log, seq, entities, next } = value;
        const all = eventsOf(log);
        const page = { epoch: logs[log].epoch, seq, chain: all[seq - 1].chain, entities: entities.map((n) => all[n - 1]), next };
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
    return publicPhase(this.state.phase, { isUp: true, hasFailed: false, holds: false, confirmed: true, isReduced: false });
  }
}

describe('clients/conformance/channel.json', () => {
  test('its logs have the chains that their events make', () => {
    for (const { epoch, events } of Object.values(logs)) {
      let chain = chainStart(epoch);
      for (const event of events.map(wire)) {
        chain = chainNext(chain, event);
        assert.equal(chain, event.chain, event.id);
      }
    }
  });

  for (const scenario of scenarios) {
    test(scenario.name, () => {
      const run = new Run(scenario);
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
    });
  }
});
