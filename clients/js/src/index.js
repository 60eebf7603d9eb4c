import { Client } from './client.js';

export { indexedDbCache } from './cache/indexed-db.js';
export { Client } from './client.js';
export { chainNext, chainStart } from './protocol/chain.js';
export { TailraceProblem } from './protocol/problem.js';
export { parseTime } from './protocol/time.js';

/**
 * Connects, and stays connected.
 * @param {object} options see `ClientOptions` in index.d.ts
 */
export function connect(options) {
  return new Client(options);
}
