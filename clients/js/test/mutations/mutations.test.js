import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { coreOf } from '../support/core.js';
import { runReceiptScenario } from '../support/receipt-scenario.js';
import { conformance, runChannelScenario } from '../support/scenario.js';
import { runWorld } from '../support/world.js';

/**
 * Every rule of the cores, taken out of a copy of the sources one at a time: the simulation must notice. A rule that
 * can go unnoticed is either not needed or not tested.
 */
const MUTATIONS = [
  // applying
  ['an event is applied once', 'apply/ledger.js', "    return 'seen';", "    return 'next';"],
  ['a gap is not jumped over', 'apply/ledger.js', "    return 'gap';", "    return 'next';"],
  ['the chain must follow', 'apply/ledger.js', "? 'forked' : 'next'", "? 'next' : 'next'"],
  ['a reset rolls back no further than the trail is known', 'apply/ledger.js', 'if (place >= 0) {', 'if (true) {'],
  ['below a snapshot all is void', 'apply/ledger.js', 'epoch === ledger.epoch && ledger.base === 0', 'epoch === ledger.epoch'],
  // the channel
  ['subscribe with what was applied', 'channel/decide.js', '    want.after = seq;', '    want.after = Math.max(seq, state.head);'],
  ['an answer counts for the latest subscribe only', 'channel/decide.js', "(state.phase === 'joining' && ref === state.ref)", "(state.phase === 'joining')"],
  ['a page counts for the latest read only', 'channel/decide.js', "input.request === state.request ? onPage", 'true ? onPage'],
  ['live events wait while history is read', 'channel/decide.js', "  if (state.phase === 'catchingUp') {", "  if (state.phase === 'nothing') {"],
  ['a full buffer subscribes again', 'channel/catch-up.js', 'state.overflowed ? joinAgain(next, all)', 'false ? joinAgain(next, all)'],
  ['the buffer is bounded', 'channel/decide.js', 'state.buffer.length < state.bufferMax', 'true'],
  ['what waited is applied after history', 'channel/catch-up.js', "apply(live, state.buffer, 'live')", "apply(live, [], 'live')"],
  ['another epoch voids everything', 'channel/decide.js', '(otherEpoch && state.ledger.epoch !== 0)', '(false)'],
  ['a reset voids what is above it', 'channel/moves.js', "const effects = lost ? [...before, { do: 'void', epoch, after: ledger.seq }] : before;", 'const effects = before;'],
  ['behind subscribes again', 'channel/decide.js', 'return isSubscribed(state) ? joinAgain(state) : stay(state);', 'return stay(state);'],
  ['a gap subscribes again', 'channel/moves.js', "  if (verdict === 'gap') {\n    return joinAgain(state, effects);", "  if (verdict === 'gap') {\n    return { state, effects };"],
  ['a changed epoch is no refusal', 'channel/catch-up.js', "case 'epoch_changed':", "case 'no such code':"],
  ['a 504 subscribes again', 'channel/catch-up.js', 'if (problem.status === 504) {\n        return joinAgain(state);', 'if (problem.status === 504) {\n        return stay(state);'],
  ['what cannot be read is read again', 'channel/catch-up.js', 'if (problem.retry || problem.status === 401) {', 'if (false) {'],
  ['history that is gone is replaced by the snapshot', 'channel/catch-up.js', "case 'history_gone':", "case 'no such code':"],
  ['who cannot use entities begins above what is gone', 'channel/catch-up.js', '{ ...state, ledger: ledgerAt(epoch, first - 1, null) }', 'state'],
  ['a snapshot voids what was held', 'channel/catch-up.js', "[...before, { do: 'void', epoch, after: 0 }]", 'before'],
  ['a snapshot stands at its own seq', 'channel/catch-up.js', 'const ledger = ledgerAt(page.epoch, page.seq, page.chain, page.seq);', 'const ledger = ledgerAt(page.epoch, page.seq - 1, null, page.seq);'],
  ['an unanswered subscribe is asked again', 'channel/decide.js', 'isAnswer(state, input.ref) ? joinAgain(state) : stay(state);\n    case', 'isAnswer(state, input.ref) ? stay({ ...state, phase: "idle" }) : stay(state);\n    case'],
  ['a refusal that waiting mends is asked again', 'channel/decide.js', "FINAL_CODES.has(code) ? refuse", 'true ? stay'],
  ['while moving, the new gateway is answered', 'channel/decide.js', '(state.moving !== 0 && ref === state.moving)', 'false'],
  ['what the view begins above is told', 'channel/decide.js', "effects.push({ do: 'skip', after: frame.after });", ''],
  // the connection
  ['an unanswered ping ends the link', 'connection/decide.js', "abandon(state, 4408, 'no answer to a ping', input, rules)", 'stay(state)'],
  ['a welcome that never comes is not waited for', 'connection/decide.js', "abandon(state, 4408, 'no welcome', input, rules)", 'stay(state)'],
  ['a link that was given up is not heard', 'connection/decide.js', 'if (!hasLink(state) || link !== state.link) {', 'if (!hasLink(state)) {'],
  ['channels are told when the connection is gone', 'connection/decide.js', "const down = (state) => (state.phase === 'open' ? [{ do: 'down' }] : []);", 'const down = () => [];'],
  ['a failed connection is tried again', 'connection/decide.js', "after(next, 'retry', ms, input.nowMs)", 'next'],
  ['a renewed token is sent', 'connection/decide.js', "{ do: 'send', link: state.link, frame: { t: 'auth', token } }", ''],
  ['channels move to the new link', 'connection/decide.js', "[{ do: 'moving', link, from }]", '[]'],
  ['what is being made takes the place of what has failed', 'connection/decide.js', "if (state.next !== null) {\n    const { link, phase, transport }", "if (false) {\n    const { link, phase, transport }"],
  ['the next link is not waited for for ever', 'connection/decide.js', "    state: after(next, 'nextGreeting', GREETING_MS, nowMs),", '    state: next,'],
  // sends
  ['one at a time in a channel', 'write/queue.js', '&& !firsts.has(item.channel)', ''],
  ['a send that was not answered is sent again', 'write/queue.js', "  if (problem.retry) {", '  if (false) {'],
  ['a send is settled by its event', 'write/queue.js', "  const { event } = input;\n", "  return { state, effects: [] };\n"],
  ['a send is settled by its answer', 'write/queue.js', "const settle = { do: 'settle', id: item.id, published: input.published };", "const settle = { do: 'changed', channel: item.channel };"],
  ['a send is settled once', 'write/queue.js', "item.status === 'sent' ? [] : [", "false ? [] : ["],
  ['a late answer to what is settled is dropped', 'write/queue.js', "  const item = of(state, input.id);\n  if (item?.status !== 'sending') {\n    return { state, effects: [] };\n  }\n  const settle", "  const item = of(state, input.id) ?? { ...input, channel: 'c' };\n  const settle"],
  ['what its channel has passed is not shown any more', 'write/queue.js', "item.status === 'sent' && hasPassed(input, item.at)", 'false'],
];

/**
 * Rules that only matter where a server breaks the protocol, which the model does not do; the scripted scenarios do.
 */
const DISTRUST = [
  ['the epoch is said', 'channel/decide.js', '      want.epoch = epoch;', ''],
  ['a reset of a lower epoch is not followed', 'channel/decide.js', 'if (isEnded(state) || frame.epoch < state.ledger.epoch) {', 'if (isEnded(state)) {'],
  ['nor is an answer from there', 'channel/decide.js', '  if (frame.epoch < state.ledger.epoch) {\n    return joinAgain(state);\n  }\n', ''],
  ['a page without progress subscribes again', 'channel/catch-up.js', 'next.ledger.seq === before ? joinAgain(next, effects) : readOn(next, effects)', 'readOn(next, effects)'],
  ['history at another epoch is not applied', 'channel/catch-up.js', 'if (page.epoch !== state.ledger.epoch) {\n    // the subscribe', 'if (false) {\n    // the subscribe'],
  ['parts of an interrupted snapshot are void', 'channel/decide.js', 'if (state.partial || ', 'if ('],
  ['the pages of a snapshot belong together', 'channel/catch-up.js', 'page.epoch !== state.ledger.epoch || (!first && page.seq !== state.snapshot.seq)', 'false'],
  ['a history that differs is reloaded before it is given up', 'channel/moves.js', 'if (times < FORKS_MAX) {', 'if (false) {'],
  ['what the server has explained does not count', 'channel/decide.js', 'voidAbove({ ...state, fork: null }, frame.epoch', 'voidAbove(state, frame.epoch'],
  ['and given up after that', 'channel/moves.js', 'if (times < FORKS_MAX) {', 'if (true) {'],
];

/** Rules of receipts; their scenarios are their test. */
const RECEIPTS = [
  ['nothing goes back', 'seq > (base.places.get(user) ?? -1)', 'true'],
  ['what was read does not go back', 'base.epoch === epoch && seq > base.wanted', 'base.epoch === epoch'],
  ['what is of an earlier epoch was not read', 'base.epoch === epoch && seq', 'seq'],
  ['what is of an earlier epoch is not shown', 'if (base.epoch !== told.epoch) {', 'if (false) {'],
  ['a later epoch voids what was shown', 'epoch, places: UNREAD.places, own: 0, wanted: 0', 'epoch, own: 0, wanted: 0'],
  ['a later epoch voids what was kept', 'places: UNREAD.places, own: 0, wanted: 0', 'places: UNREAD.places, wanted: 0'],
  ['a later epoch voids what was read', 'places: UNREAD.places, own: 0, wanted: 0', 'places: UNREAD.places, own: 0'],
  ['what became void was not read', 'Math.min(base.wanted, applied)', 'base.wanted'],
  ['what is kept is not said', '&& wanted > own', ''],
  ['nothing is said while nothing can be', 'isLive && !isRefused', '!isRefused'],
  ['a new subscription is told at once', "isLive: true, isRefused: false, said: 0 }", 'isLive: true, isRefused: false }'],
  ['nor is it silenced by what the one before refused', "isLive: true, isRefused: false, said: 0 }", 'isLive: true, said: 0 }'],
  ['what is not shown is said again', 'return state.wanted === state.said ? state.againAtMs : state.paceAtMs', 'return state.wanted === state.said ? null : state.paceAtMs'],
  ['after growing pauses', '? Math.min(2 * state.againMs, AGAIN_MS_MAX) : AGAIN_MS', '? AGAIN_MS : AGAIN_MS'],
  ['which have a bound', 'Math.min(2 * state.againMs, AGAIN_MS_MAX)', '2 * state.againMs'],
  ['at a pace', 'paceAtMs: nowMs + PACE_MS', 'paceAtMs: nowMs'],
  ['a refusal is waited for', 'paceAtMs: nowMs + retryAfterMs, againAtMs: nowMs + retryAfterMs', 'againAtMs: nowMs + retryAfterMs'],
  ['a kind without receipts is left alone', '{ ...state, isRefused: true }', 'state'],
  ['a refusal of something else is none', '!isOwed(state) || state.said === 0', 'false'],
];

/** Most mutations show in the first hundred runs; a rare one may take some hundred. */
const RUNS_MAX = 2000;
const STEPS = 200;

const folder = mkdtempSync(join(tmpdir(), 'tailrace-mutations-'));
after(() => rmSync(folder, { recursive: true }));
let copies = 0;

/** The cores from a copy of the sources in which `code` is replaced. */
async function without(file, code, instead) {
  copies += 1;
  const copy = join(folder, String(copies), 'src');
  cpSync(fileURLToPath(new URL('../../src', import.meta.url)), copy, { recursive: true });
  writeFileSync(join(folder, String(copies), 'package.json'), '{"type":"module"}');
  const text = readFileSync(join(copy, file), 'utf8');
  assert.equal(text.split(code).length, 2, `the code of the rule stands once in ${file}`);
  writeFileSync(join(copy, file), text.replace(code, () => instead));
  return coreOf(pathToFileURL(`${copy}/`));
}

const fails = (work) => {
  try {
    work();
    return false;
  } catch {
    return true;
  }
};

describe('the simulation fails without', () => {
  for (const [rule, file, code, instead] of MUTATIONS) {
    test(rule, async () => {
      const core = await without(file, code, instead);
      for (let seed = 1; seed <= RUNS_MAX; seed++) {
        if (fails(() => runWorld(core, seed, STEPS))) {
          return;
        }
      }
      assert.fail(`${RUNS_MAX} runs went well without it`);
    });
  }
});

describe('a scenario fails without', () => {
  const { logs, scenarios } = conformance('channel.json');
  for (const [rule, file, code, instead] of DISTRUST) {
    test(rule, async () => {
      const core = await without(file, code, instead);
      assert.ok(scenarios.some((scenario) => fails(() => runChannelScenario(core, logs, scenario))), 'all went well without it');
    });
  }
});

describe('a scenario of receipts fails without', () => {
  const { scenarios } = conformance('receipts.json');
  for (const [rule, code, instead] of RECEIPTS) {
    test(rule, async () => {
      const core = await without('channel/receipts.js', code, instead);
      assert.ok(scenarios.some((scenario) => fails(() => runReceiptScenario(core, scenario))), 'all went well without it');
    });
  }
});
