import { VERSION } from '../protocol/frames.js';
import { parseTime } from '../protocol/time.js';
import { backoffMs } from './backoff.js';
import { after, dueFirst, lateMs, without } from './deadlines.js';
import { ping, probe, renewal } from './signs-of-life.js';
import { afterFailure, upgradeIn } from './transport.js';

/**
 * The state machine of the connection: pure, without I/O, clock or randomness. Its shell (`connection.js`) carries out
 * the effects and feeds back what happened.
 *
 *     stopped ──start──► fetching ──token──► opening ──opened──► greeting ──welcome──► open ──► open on another link
 *                           ▲  │                │                   │                    │      (drain, upgrade)
 *                           │  └─ tokenFailed ──┴───── closed ──────┴── closed, silent ──┤
 *                           └────── due, wake ─────── waiting ◄──────────────────────────┘
 *                                                             closed 4426, 4413 ► refused
 *
 * A link is one socket, event stream or series of polls, and has a number. There is one, or two while the connection
 * moves: `next` is being made while `link` still works; at its welcome it becomes `link`, and what was `link` is `old`
 * until every channel has been answered on the new one.
 *
 * Every input has `nowMs` (never running backwards), `wallMs` (the wall clock, which may jump) and `random` in [0, 1).
 * Inputs, by `on`: `start`, `stop`, `wake` (the network, or the page, is said to be back), `token {token}`,
 * `tokenFailed {problem}`, `opened {link}`, `closed {link, code, reason, retryAfterMs?}`,
 * `frame {link, frame, serverNowMs}`, `moved` (every channel has been answered on the new link), `tick`.
 *
 * Effects, by `do`: `fetchToken {fresh}`, `open {link, transport}`, `send {link, frame}` (the shell adds `ref` and
 * `device`), `close {link, code, reason}`, `up {link}`, `moving {link, from}` (subscribe on `link` too), `down`.
 *
 * Time: `deadlines` names what is due when; the shell feeds `tick` no earlier than the first of them, and maybe much
 * later: a background tab is called once a minute, a sleeping machine not at all.
 */

/** From opening to the welcome. A network that swallows packets would keep us waiting for minutes. */
const GREETING_MS = 10_000;
/** An answer to a ping later than this means that the connection is dead, whatever TCP thinks. */
const PONG_MS = 10_000;
/** A tick so much too late says nothing about the peer: its answer may lie unread behind this very tick. */
const LATE_MS = 5_000;
/** Browsers call a hidden page once a minute. Later than that the machine slept, and the server has given us up. */
export const SLEEP_MS = 75_000;
/** The first pings come soon after each other: the server's clock is read from the fastest of several answers. */
const EARLY_PINGS = 5;
const EARLY_PING_EVERY_MS = 400;
/** A connection that carried something, and lived this long after, is no part of a series of failures any more. */
const STABLE_MS = 5_000;
/** How long the old link of a move may stay after the new one's welcome. */
const MOVE_MS = 10_000;

/** Close codes after which the same client can never succeed. */
const FINAL_CLOSE_CODES = new Set([4426, 4413]);
/** Close codes of a server that has too much to do: the wait does not begin at its shortest. */
const EAGER_CLOSE_CODES = new Set([4429, 1013]);
const EAGER_FLOOR_MS = 2_000;
/** Close codes that reach many at the same moment: even the first wait is spread over two seconds. */
const CROWD_CLOSE_CODES = new Set([1001, 1012]);
const CROWD_ATTEMPT = 3;

export const initialConnection = Object.freeze({
  phase: 'stopped',
  attempt: 0,
  /** Numbers of links: in use, given so far, being made beside it, being left. 0: none. */
  link: 0,
  links: 0,
  next: null,
  old: 0,
  /** Failed tries to reach another gateway while this one drains. */
  drainAttempt: 0,
  /** Index into the transports, failures of it in a row, and tries to get back to a better one. */
  transport: 0,
  failures: 0,
  upgrades: 0,
  /** The link has carried an answer. */
  isProven: false,
  token: null,
  needsFresh: false,
  expMs: null,
  session: null,
  user: null,
  heartbeatMs: 0,
  limits: null,
  pings: 0,
  awaitingPong: false,
  doubted: false,
  deadlines: Object.freeze({}),
  seen: null,
  /** How the last link ended: `{code, reason}`, null while all is well. */
  lastClose: null,
});

/**
 * @param {typeof initialConnection} state
 * @param {{transports: string[]}} rules the transports to choose from, best first
 * @returns {{state: typeof initialConnection, effects: object[]}}
 */
export function decideConnection(state, input, rules) {
  const { nowMs, wallMs } = input;
  const asleepMs = state.seen === null ? 0 : wallMs - state.seen.wallMs - (nowMs - state.seen.nowMs);
  // a frame that comes first after a sleep must not hide it: only those that look for one take the clocks
  const looks = input.on === 'tick' || input.on === 'wake' || state.seen === null;
  return decideAt(looks ? { ...state, seen: { nowMs, wallMs } } : state, input, rules, asleepMs);
}

function decideAt(state, input, rules, asleepMs) {
  switch (input.on) {
    case 'start':
      return state.phase === 'stopped' || state.phase === 'refused' ? fetchToken(state) : stay(state);
    case 'stop':
      return stop(state);
    case 'wake':
      return onWake(state, input, asleepMs);
    case 'token':
      return onToken(state, input, rules);
    case 'tokenFailed':
      return onTokenFailed(state, input, rules);
    case 'opened':
      return onOpened(state, input.link);
    case 'closed':
      return onClosed(state, input, rules);
    case 'frame':
      return onFrame(state, input);
    case 'moved':
      return leaveOld(state);
    case 'tick':
      return onTick(state, input, rules, asleepMs);
    default:
      throw new TypeError(`no such input: ${input.on}`);
  }
}

const stay = (state) => ({ state, effects: [] });
const hasLink = (state) => state.phase === 'opening' || state.phase === 'greeting' || state.phase === 'open';
const close = (link, code, reason) => ({ do: 'close', link, code, reason });

/** What `second` decides after `first`. */
function then({ state, effects }, second) {
  const { state: next, effects: more } = second(state);
  return { state: next, effects: [...effects, ...more] };
}

function fetchToken(state) {
  const next = { ...state, phase: 'fetching', link: 0, deadlines: {}, needsFresh: false };
  return { state: next, effects: [{ do: 'fetchToken', fresh: state.needsFresh }] };
}

/** Closes whatever is open, for a reason of ours. */
function closeAll(state, code, reason) {
  const open = [hasLink(state) ? state.link : 0, state.next?.link ?? 0, state.old].filter((link) => link !== 0);
  return open.map((link) => close(link, code, reason));
}

const down = (state) => (state.phase === 'open' ? [{ do: 'down' }] : []);

function stop(state) {
  const effects = [...closeAll(state, 1000, 'done'), ...down(state)];
  return { state: { ...initialConnection, links: state.links, seen: state.seen }, effects };
}

function onWake(state, input, asleepMs) {
  if (state.phase === 'waiting') {
    // whoever comes back may have come to another network: the best transport has its chance
    return fetchToken({ ...state, transport: 0, failures: 0 });
  }
  if (state.phase !== 'open') {
    return stay(state);
  }
  return Math.max(asleepMs, lateMs(state, input.nowMs)) > SLEEP_MS ? reconnectNow(state) : probe(state, input.nowMs);
}

function onToken(state, { token, nowMs }, rules) {
  if (state.phase === 'fetching') {
    const link = state.links + 1;
    const next = { ...state, phase: 'opening', token, link, links: link, isProven: false, pings: 0 };
    const transport = rules.transports[state.transport];
    return { state: after(next, 'greeting', GREETING_MS, nowMs), effects: [{ do: 'open', link, transport }] };
  }
  if (state.phase === 'open') {
    return { state: { ...state, token }, effects: [{ do: 'send', link: state.link, frame: { t: 'auth', token } }] };
  }
  return stay(state);
}

function onTokenFailed(state, input, rules) {
  if (state.phase === 'fetching') {
    return wait(state, { code: 0, reason: String(input.problem?.message ?? input.problem) }, input, rules);
  }
  if (state.phase === 'open' && state.expMs !== null && state.expMs > input.nowMs) {
    // the running connection has its old token still: there is time for another try
    return stay(after(state, 'renew', Math.max((state.expMs - input.nowMs) / 2, 1000), input.nowMs));
  }
  return stay(state);
}

const hello = (link, token) => ({ do: 'send', link, frame: { t: 'hello', token, version: VERSION } });

function onOpened(state, link) {
  if (state.phase === 'opening' && link === state.link) {
    return { state: { ...state, phase: 'greeting' }, effects: [hello(link, state.token)] };
  }
  if (link === state.next?.link && state.next.phase === 'opening') {
    return { state: { ...state, next: { ...state.next, phase: 'greeting' } }, effects: [hello(link, state.token)] };
  }
  return stay(state);
}

function onClosed(state, input, rules) {
  const { link, code, reason } = input;
  if (link === state.old) {
    return stay(without({ ...state, old: 0 }, 'oldEnds'));
  }
  if (link === state.next?.link) {
    return nextFailed(state, input);
  }
  if (!hasLink(state) || link !== state.link) {
    return stay(state);
  }
  const lastClose = { code, reason };
  if (FINAL_CLOSE_CODES.has(code)) {
    const effects = [...closeAll({ ...state, phase: 'closed' }, 1000, 'done'), ...down(state)];
    return { state: { ...initialConnection, links: state.links, seen: state.seen, phase: 'refused', lastClose }, effects };
  }
  return wait({ ...state, needsFresh: code === 4401 }, lastClose, input, rules);
}

/** The connection has failed, at whatever stage: what is being made beside it takes its place, else wait. */
function wait(state, lastClose, input, rules) {
  const effects = [...(state.old === 0 ? [] : [close(state.old, 1000, 'done')]), ...down(state)];
  const failed = { ...state, old: 0, session: null, awaitingPong: false, doubted: false, lastClose };
  if (state.next !== null) {
    const { link, phase, transport } = state.next;
    const promoted = { ...failed, phase, link, transport, next: null, isProven: false, pings: 0, deadlines: {} };
    return { state: after(promoted, 'greeting', GREETING_MS, input.nowMs), effects };
  }
  const { code } = lastClose;
  const bound = CROWD_CLOSE_CODES.has(code) ? Math.max(state.attempt, CROWD_ATTEMPT) : state.attempt;
  const floorMs = Math.max(input.retryAfterMs ?? 0, EAGER_CLOSE_CODES.has(code) ? EAGER_FLOOR_MS : 0);
  const ms = backoffMs(bound, input.random, floorMs);
  const waiting = { ...failed, phase: 'waiting', attempt: state.attempt + 1, deadlines: {} };
  const next = { ...afterFailure(waiting, input, rules), link: 0 };
  return { state: after(next, 'retry', ms, input.nowMs), effects };
}

/** We give the link up; a close that the network never answers must not hold us. */
function abandon(state, code, reason, input, rules) {
  const { state: next, effects } = wait(state, { code, reason }, input, rules);
  return { state: next, effects: [close(state.link, code, reason), ...effects] };
}

/** The server has given us up long ago, and waiting would help nobody. */
function reconnectNow(state) {
  const lastClose = { code: 4408, reason: 'slept' };
  const effects = [...closeAll(state, 4408, 'slept'), ...down(state)];
  const next = { ...state, next: null, old: 0, session: null, awaitingPong: false, doubted: false, attempt: 0, lastClose };
  return then({ state: next, effects }, fetchToken);
}

function onFrame(state, { link, frame, nowMs, serverNowMs }) {
  if (link === state.next?.link) {
    return frame.t === 'welcome' && state.next.phase === 'greeting' ? onNextWelcome(state, frame, nowMs) : stay(state);
  }
  if (link !== state.link || !hasLink(state)) {
    return stay(state);
  }
  if (frame.t === 'welcome') {
    return state.phase === 'greeting' ? onWelcome(state, frame, nowMs, [{ do: 'up', link }]) : stay(state);
  }
  const heard = prove(state, nowMs);
  switch (frame.t) {
    case 'authed':
      return stay(renewal(heard, frame.exp, serverNowMs, nowMs));
    case 'drain':
      return stay(after(heard, 'drain', frame.reconnectAfterMs, nowMs));
    default:
      return stay(heard);
  }
}

/** Something has come: the peer lives, and the transport works. */
function prove(state, nowMs) {
  const heard = without({ ...state, awaitingPong: false, doubted: false }, 'pong');
  if (state.isProven) {
    return heard;
  }
  const upgrades = state.transport === 0 ? 0 : state.upgrades;
  const proven = after({ ...heard, isProven: true, failures: 0, upgrades }, 'stable', STABLE_MS, nowMs);
  return state.transport === 0 ? proven : after(proven, 'upgrade', upgradeIn(state.upgrades), nowMs);
}

function onWelcome(state, frame, nowMs, up) {
  const { session, user = null, heartbeatMs, limits = null } = frame;
  const open = { ...state, phase: 'open', session, user, heartbeatMs, limits, lastClose: null, deadlines: {} };
  const beating = after(open, 'heartbeat', EARLY_PING_EVERY_MS, nowMs);
  const pinged = ping({ ...renewal(beating, frame.exp, parseTime(frame.time), nowMs), pings: 1 }, PONG_MS, nowMs);
  return { state: pinged.state, effects: [...pinged.effects, ...up] };
}

/** The link that was made beside the old one is ready: channels go over to it one by one. */
function onNextWelcome(state, frame, nowMs) {
  const { link, transport } = state.next;
  const from = state.link;
  const fresh = { attempt: 0, drainAttempt: 0, isProven: false, awaitingPong: false, doubted: false };
  const moved = { ...state, ...fresh, link, transport, old: from, next: null };
  const { state: open, effects } = onWelcome(moved, frame, nowMs, [{ do: 'moving', link, from }]);
  // a link that was still being left is not heard any more
  const older = state.old === 0 ? [] : [close(state.old, 1000, 'moved')];
  return { state: after(open, 'oldEnds', MOVE_MS, nowMs), effects: [...older, ...effects] };
}

function nextFailed(state, { nowMs, random, retryAfterMs = 0 }) {
  const { why, attempt } = state.next;
  const failed = without({ ...state, next: null }, 'nextGreeting');
  if (why === 'drain') {
    const retried = { ...failed, drainAttempt: attempt + 1 };
    return stay(after(retried, 'drain', backoffMs(attempt, random, retryAfterMs), nowMs));
  }
  return stay(after({ ...failed, upgrades: state.upgrades + 1 }, 'upgrade', upgradeIn(state.upgrades + 1), nowMs));
}

function openNext(state, why, transport, nowMs, rules) {
  if (state.phase !== 'open' || state.next !== null) {
    return stay(state);
  }
  const link = state.links + 1;
  const attempt = why === 'drain' ? state.drainAttempt : 0;
  const next = { ...state, links: link, next: { link, phase: 'opening', transport, why, attempt } };
  return {
    state: after(next, 'nextGreeting', GREETING_MS, nowMs),
    effects: [{ do: 'open', link, transport: rules.transports[transport] }],
  };
}

function leaveOld(state) {
  return state.old === 0
    ? stay(state)
    : { state: without({ ...state, old: 0 }, 'oldEnds'), effects: [close(state.old, 1000, 'moved')] };
}

function onTick(state, input, rules, asleepMs) {
  const { nowMs } = input;
  if (hasLink(state) && Math.max(asleepMs, lateMs(state, nowMs)) > SLEEP_MS) {
    return reconnectNow(state);
  }
  let result = stay(state);
  // what is due may make something else due, or not due any more: one at a time, each name at most once
  for (let i = 0; i < 16; i++) {
    const due = dueFirst(result.state, nowMs);
    if (due === null) {
      return result;
    }
    result = then(result, (now) => onDue(without(now, due.name), due, input, rules));
  }
  return result;
}

function onDue(state, { name, lateMs: late }, input, rules) {
  const { nowMs } = input;
  switch (name) {
    case 'retry':
      return state.phase === 'waiting' ? fetchToken(state) : stay(state);
    case 'greeting':
      return hasLink(state) && state.phase !== 'open' ? abandon(state, 4408, 'no welcome', input, rules) : stay(state);
    case 'heartbeat': {
      const pings = state.pings + 1;
      const ms = pings < EARLY_PINGS ? EARLY_PING_EVERY_MS : state.heartbeatMs / 2;
      return ping(after({ ...state, pings }, 'heartbeat', ms, nowMs), PONG_MS, nowMs);
    }
    case 'pong':
      return onNoPong(state, late, input, rules);
    case 'stable':
      return stay({ ...state, attempt: 0 });
    case 'renew':
      return { state, effects: [{ do: 'fetchToken', fresh: true }] };
    case 'drain':
      return openNext(state, 'drain', state.transport, nowMs, rules);
    case 'upgrade':
      return openNext(state, 'upgrade', 0, nowMs, rules);
    case 'nextGreeting': {
      const given = state.next === null ? [] : [close(state.next.link, 4408, 'no welcome')];
      return state.next === null ? stay(state) : then({ state, effects: given }, (now) => nextFailed(now, input));
    }
    case 'oldEnds':
      return leaveOld(state);
    default:
      throw new TypeError(`no such deadline: ${name}`);
  }
}

function onNoPong(state, late, input, rules) {
  if (state.phase !== 'open' || !state.awaitingPong) {
    return stay(state);
  }
  // called far too late, we may not have looked: the answer gets one more chance
  return late > LATE_MS && !state.doubted
    ? probe({ ...state, doubted: true }, input.nowMs)
    : abandon(state, 4408, 'no answer to a ping', input, rules);
}
