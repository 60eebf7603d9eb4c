import { backoffMs } from '../connection/backoff.js';
import { problemOf, unreachable } from '../protocol/problem.js';

/** Tries of one publish. With the back-off's bounds this is a good quarter of a minute at most. */
const TRIES_MAX = 7;
/** The server answers within its own waits of a few seconds; later, the answer is lost, and the same key asks again. */
const POST_MS = 15_000;

/**
 * Writes over HTTP. Every write carries an idempotency key, so that trying again after an answer that was lost
 * commits nothing twice.
 */
export class Publisher {
  #http;
  #env;

  /**
   * @param {import('../http/http.js').Http} http
   * @param {{random: () => number, newId: () => string}} env
   */
  constructor(http, env) {
    this.#http = http;
    this.#env = env;
  }

  /**
   * @param {string} channel
   * @param {string} type
   * @param {unknown} data
   * @param {{entity?: string, key?: string, signal?: AbortSignal}} options `key`: the same key is the same write
   * @returns {Promise<{channel: string, id: string, epoch?: number, seq?: number, time: string, replayed: boolean}>}
   *     without `epoch` and `seq` where the server had committed but not numbered it yet
   * @throws {import('../protocol/problem.js').TailraceProblem} refused, or not reachable for long enough
   */
  async publish(channel, type, data, { entity, key = this.#env.newId(), signal } = {}) {
    const body = JSON.stringify({ type, data, entity });
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.post(channel, body, key, signal);
      } catch (problem) {
        if (!problem.retry || attempt + 1 >= TRIES_MAX || signal?.aborted) {
          throw problem;
        }
        await pause(backoffMs(attempt, this.#env.random(), problem.retryAfterMs), signal);
      }
    }
  }

  /**
   * Posts once.
   * @param {string} body the same text for the same key
   * @throws {import('../protocol/problem.js').TailraceProblem}
   */
  async post(channel, body, key, signal = undefined) {
    const response = await this.#http.request(`/v1/channels/${encodeURIComponent(channel)}/events`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body,
      signal: AbortSignal.any([AbortSignal.timeout(POST_MS), ...(signal === undefined ? [] : [signal])]),
    });
    if (!response.ok) {
      throw await problemOf(response);
    }
    const replayed = response.headers.get('Idempotency-Replayed') === 'true';
    try {
      return { ...(await response.json()), replayed };
    } catch (problem) {
      throw unreachable(problem);
    }
  }
}

function pause(ms, signal) {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true });
  });
}
