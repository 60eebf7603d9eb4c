import { expiryOf } from './jwt.js';

/** A token is not used any more this long before it ends: it has to reach the server and be checked. */
const MARGIN_MS = 5_000;

/**
 * The tokens of the application, fetched by its callback when one is needed: once for everybody who waits, and not
 * again while the last one lives.
 */
export class Tokens {
  #fetch;
  #wallMs;
  #held = null;
  #fetching = null;

  /**
   * @param {() => string | Promise<string>} fetch
   * @param {() => number} wallMs
   */
  constructor(fetch, wallMs) {
    this.#fetch = fetch;
    this.#wallMs = wallMs;
  }

  /**
   * @param {{notThis?: string | null}} not a token that was refused, or is about to end
   * @returns {Promise<string>}
   */
  async get({ notThis = null } = {}) {
    if (this.#held !== null && this.#held !== notThis && this.#lives(this.#held)) {
      return this.#held;
    }
    this.#fetching ??= this.#ask();
    return this.#fetching;
  }

  async #ask() {
    try {
      const token = await this.#fetch();
      if (typeof token !== 'string' || token === '') {
        throw new TypeError('the token callback gave no token');
      }
      this.#held = token;
      return token;
    } finally {
      this.#fetching = null;
    }
  }

  /** A token that does not say when it ends is asked for each time: the application may know. */
  #lives(token) {
    const expMs = expiryOf(token);
    return expMs !== null && expMs - MARGIN_MS > this.#wallMs();
  }
}
