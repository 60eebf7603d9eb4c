import { expiryOf } from '../auth/jwt.js';

/** What a gateway says by default; over HTTP it is not told. */
export const HEARTBEAT_MS = 15_000;
/** An expiry for tokens that do not say one: the server ends the stream, and a 401 asks for the next token. */
const DAY_MS = 86_400_000;

/**
 * The welcome, or the answer to `auth`, of a link that has no gateway to greet: the core above it then works as over a
 * socket. It says nothing of the server, whose first true answer is that to a `ping`.
 *
 * @param {{t: string, ref: number, token: string}} frame `hello` or `auth`
 */
export function pretend({ t, ref, token }, wallMs) {
  const exp = new Date(expiryOf(token) ?? wallMs + DAY_MS).toISOString();
  return t === 'auth'
    ? { t: 'authed', ref, exp }
    : { t: 'welcome', ref, session: null, exp, heartbeatMs: HEARTBEAT_MS, time: new Date(wallMs).toISOString() };
}
