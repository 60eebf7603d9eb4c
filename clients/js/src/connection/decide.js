import { VERSION } from '../protocol/frames.js';
import { parseTime } from '../protocol/time.js';

/**
 * The state machine of the socket: pure, without I/O, clock or randomness. Its shell (`connection.js`) carries out
 * the effects and feeds back what happened.
 *
 *     stopped ──start──► fetching ──token──► opening ──opened──► greeting ──welcome──► open
 *                           ▲  │                │                   │                    │
 *                           │  └─ tokenFailed ──┴───── closed ──────┴── closed, silent ──┤
 *                           └────── timer, online ────── waiting ◄──────────────────────-┘
 *                                                                    closed 4426 ► refused
 *
 * Inputs, by `on`: `start`, `stop`, `online` (the network is said to be back: stop waiting), `token {token}`,
 * `tokenFailed {problem}`, `opened`, `closed {code, reason}`, `frame {frame, serverNowMs}`, `timer {name}`.
 *
 * Effects, by `do`: `fetchToken`, `open`, `send {frame}` (the shell adds `ref` and `device`),
 * `close {code, reason}`, `backoff {attempt, floorMs}` (feed `timer retry` after it), `timer {name, ms}`, `noTimers`,
 * `up` and `down` (subscriptions may, must not, use the socket).
 */

/** From opening to the welcome. A network that swallows packets would keep us waiting for minutes. */
const GREETING_MS = 10_000;
/** An answer to a ping later than this means that the connection is dead, whatever TCP thinks. */
const PONG_MS = 10_000;
/** The first pings come soon after each other: the server's clock is read from the fastest of several answers. */
const EARLY_PINGS = 5;
const EARLY_PING_EVERY_MS = 400;
/** A connection that lived this long is no part of a series of failures any more. */
const STABLE_MS = 5_000;
/** A new token is sent this long before the old one runs out, or halfway where tokens live shorter than twice that. */
const RENEW_BEFORE_MS = 30_000;

/** Close codes after which the same client can never succeed. */
const FINAL_CLOSE_CODES = new Set([4426]);
/** Close codes that answer a too eager client: the wait does not begin at its shortest. */
const EAGER_CLOSE_CODES = new Set([4429]);
const EAGER_FLOOR_MS = 2_000;

export const initialConnection = Object.freeze({
  phase: 'stopped',
  attempt: 0,
  token: null,
  session: null,
  heartbeatMs: 0,
  pings: 0,
  awaitingPong: false,
  /** How the last socket ended: `{code, reason}`, null while all is well. */
  lastClose: null,
});

/**
 * @param {typeof initialConnection} state
 * @returns {{state: typeof initialConnection, effects: object[]}}
 */
export function decideConnection(state, input) {
  switch (input.on) {
    case 'start':
      return state.phase === 'stopped' || state.phase === 'refused' ? fetchToken(state) : stay(state);
    case 'stop':
      return stop(state);
    case 'online':
      return state.phase === 'waiting' ? fetchToken(state) : stay(state);
    case 'token':
      return onToken(state, input.token);
    case 'tokenFailed':
      return onTokenFailed(state, input.problem);
    case 'opened':
      return state.phase === 'opening' ? greet(state) : stay(state);
    case 'closed':
      return onClosed(state, input);
    case 'frame':
      return onFrame(state, input.frame, input.serverNowMs);
    case 'timer':
      return onTimer(state, input.name);
    default:
      throw new TypeError(`no such input: ${input.on}`);
  }
}

const stay = (state) => ({ state, effects: [] });
const hasSocket = (state) => state.phase === 'opening' || state.phase === 'greeting' || state.phase === 'open';

function fetchToken(state) {
  return { state: { ...state, phase: 'fetching' }, effects: [{ do: 'noTimers' }, { do: 'fetchToken' }] };
}

function stop(state) {
  const effects = [{ do: 'noTimers' }];
  if (hasSocket(state)) {
    effects.push({ do: 'close', code: 1000, reason: 'done' });
  }
  if (state.phase === 'open') {
    effects.push({ do: 'down' });
  }
  return { state: initialConnection, effects };
}

function onToken(state, token) {
  if (state.phase === 'fetching') {
    const effects = [{ do: 'open' }, { do: 'timer', name: 'greeting', ms: GREETING_MS }];
    return { state: { ...state, phase: 'opening', token }, effects };
  }
  if (state.phase === 'open') {
    return { state: { ...state, token }, effects: [{ do: 'send', frame: { t: 'auth', token } }] };
  }
  return stay(state);
}

function onTokenFailed(state, problem) {
  if (state.phase === 'fetching') {
    return wait(state, { code: 0, reason: problem.message });
  }
  // the running connection has its old token still; the server says when that is over
  return stay(state);
}

function greet(state) {
  return {
    state: { ...state, phase: 'greeting' },
    effects: [{ do: 'send', frame: { t: 'hello', token: state.token, version: VERSION } }],
  };
}

function onClosed(state, { code, reason }) {
  if (!hasSocket(state)) {
    return stay(state);
  }
  const close = { code, reason };
  if (FINAL_CLOSE_CODES.has(code)) {
    const effects = state.phase === 'open' ? [{ do: 'noTimers' }, { do: 'down' }] : [{ do: 'noTimers' }];
    return { state: { ...initialConnection, phase: 'refused', lastClose: close }, effects };
  }
  return wait(state, close, EAGER_CLOSE_CODES.has(code) ? EAGER_FLOOR_MS : 0);
}

function wait(state, lastClose, floorMs = 0) {
  const effects = [{ do: 'noTimers' }];
  if (state.phase === 'open') {
    effects.push({ do: 'down' });
  }
  effects.push({ do: 'backoff', attempt: state.attempt, floorMs });
  return {
    state: { ...state, phase: 'waiting', attempt: state.attempt + 1, session: null, awaitingPong: false, lastClose },
    effects,
  };
}

/** We give the socket up; a close that the network never answers must not hold us. */
function abandon(state, code, reason) {
  const { state: next, effects } = wait(state, { code, reason });
  return { state: next, effects: [{ do: 'close', code, reason }, ...effects] };
}

function onFrame(state, frame, serverNowMs) {
  switch (frame.t) {
    case 'welcome':
      return state.phase === 'greeting' ? onWelcome(state, frame) : stay(state);
    case 'authed':
      return { state, effects: renewal(frame.exp, serverNowMs) };
    case 'pong':
      return stay({ ...state, awaitingPong: false });
    case 'drain':
      return { state, effects: [{ do: 'timer', name: 'drain', ms: frame.reconnectAfterMs }] };
    default:
      return stay(state);
  }
}

function onWelcome(state, frame) {
  return {
    state: { ...state, phase: 'open', session: frame.session, heartbeatMs: frame.heartbeatMs, pings: 1, lastClose: null },
    effects: [
      { do: 'noTimers' },
      ...ping(),
      { do: 'timer', name: 'heartbeat', ms: EARLY_PING_EVERY_MS },
      { do: 'timer', name: 'stable', ms: STABLE_MS },
      ...renewal(frame.exp, parseTime(frame.time)),
      { do: 'up' },
    ],
  };
}

const ping = () => [
  { do: 'send', frame: { t: 'ping' } },
  { do: 'timer', name: 'pong', ms: PONG_MS },
];

/** @param {string} exp when the token ends, RFC 3339 */
function renewal(exp, serverNowMs) {
  const leftMs = parseTime(exp) - serverNowMs;
  return [{ do: 'timer', name: 'renew', ms: Math.max(leftMs - RENEW_BEFORE_MS, leftMs / 2, 1000) }];
}

function onTimer(state, name) {
  switch (name) {
    case 'retry':
      return state.phase === 'waiting' ? fetchToken(state) : stay(state);
    case 'greeting':
      return hasSocket(state) ? abandon(state, 4408, 'no welcome') : stay(state);
    case 'heartbeat': {
      const pings = state.pings + 1;
      const ms = pings < EARLY_PINGS ? EARLY_PING_EVERY_MS : state.heartbeatMs / 2;
      return {
        state: { ...state, awaitingPong: true, pings },
        effects: [...ping(), { do: 'timer', name: 'heartbeat', ms }],
      };
    }
    case 'pong':
      return state.phase === 'open' && state.awaitingPong ? abandon(state, 4408, 'no answer to a ping') : stay(state);
    case 'stable':
      return stay({ ...state, attempt: 0 });
    case 'renew':
      return state.phase === 'open' ? { state, effects: [{ do: 'fetchToken' }] } : stay(state);
    case 'drain':
      return state.phase === 'open' ? abandon({ ...state, attempt: 0 }, 1000, 'drained') : stay(state);
    default:
      throw new TypeError(`no such timer: ${name}`);
  }
}
