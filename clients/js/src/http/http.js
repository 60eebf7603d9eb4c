import { unreachable } from '../protocol/problem.js';

/** Authorised requests to the server. A token is sent in the header only, and another one after a 401, once. */
export class Http {
  #base;
  #tokens;
  #fetch;

  /** @param {{base: string, tokens: import('../auth/tokens.js').Tokens, fetch: typeof fetch}} options */
  constructor({ base, tokens, fetch }) {
    this.#base = base;
    this.#tokens = tokens;
    this.#fetch = fetch;
  }

  /**
   * @returns {Promise<Response>} any answer, also a refusal
   * @throws {import('../protocol/problem.js').TailraceProblem} `unreachable`: there was no answer
   */
  async request(path, init = {}) {
    const { token, response } = await this.#once(path, init, null);
    return response.status === 401 ? (await this.#once(path, init, token)).response : response;
  }

  async #once(path, init, notThis) {
    try {
      const token = await this.#tokens.get({ notThis });
      const headers = { ...init.headers, Authorization: `Bearer ${token}` };
      return { token, response: await this.#fetch(this.#base + path, { ...init, headers }) };
    } catch (problem) {
      throw unreachable(problem);
    }
  }
}
