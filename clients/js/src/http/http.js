import { unreachable } from '../protocol/problem.js';

/** Authorised requests to the server. A token is sent in the header only, and once anew after a 401. */
export class Http {
  #base;
  #token;
  #fetch;

  /** @param {{base: string, token: () => string | Promise<string>, fetch: typeof fetch}} options */
  constructor({ base, token, fetch }) {
    this.#base = base;
    this.#token = token;
    this.#fetch = fetch;
  }

  /**
   * @returns {Promise<Response>} any answer, also a refusal
   * @throws {import('../protocol/problem.js').TailraceProblem} `unreachable`: there was no answer
   */
  async request(path, init = {}) {
    const response = await this.#once(path, init);
    return response.status === 401 ? this.#once(path, init) : response;
  }

  async #once(path, init) {
    try {
      const headers = { ...init.headers, Authorization: `Bearer ${await this.#token()}` };
      return await this.#fetch(this.#base + path, { ...init, headers });
    } catch (problem) {
      throw unreachable(problem);
    }
  }
}
