/**
 * The client's cores, from the sources or from a copy of them.
 * @param {URL} [sources] of `src/`
 */
export async function coreOf(sources = new URL('../../src/', import.meta.url)) {
  const parts = ['channel/decide.js', 'connection/decide.js', 'connection/deadlines.js', 'write/queue.js', 'channel/receipts.js'];
  return Object.assign({}, ...(await Promise.all(parts.map((part) => import(new URL(part, sources))))));
}
