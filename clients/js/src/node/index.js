import { randomUUID } from 'node:crypto';
import { connect as connectAnywhere } from '../index.js';
import { NodeWebSocket } from './web-socket.js';

export { Client, TailraceProblem, chainNext, chainStart, indexedDbCache, parseTime } from '../index.js';
export { fileCache } from './file-cache.js';

/**
 * Connects, and stays connected; with the WebSocket of this package, which tells why an upgrade was refused.
 * @param {object} options see `ClientOptions` in ../index.d.ts
 */
export function connect(options) {
  return connectAnywhere({ WebSocket: NodeWebSocket, newId: randomUUID, ...options });
}
