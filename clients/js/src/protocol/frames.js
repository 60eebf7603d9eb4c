import { dataText, itemTexts } from './text.js';

/** The subprotocol named at the WebSocket handshake, and the version said in `hello`. */
export const SUBPROTOCOL = 'tailrace.v1.json';
export const VERSION = 1;

/**
 * Reads a frame from the gateway. An `event` also gets `raw`, the text of its data as it was written.
 * @param {string} text
 * @returns {{t: string, [field: string]: unknown}}
 * @throws {SyntaxError} not a frame
 */
export function parseFrame(text) {
  const frame = JSON.parse(text);
  if (typeof frame?.t !== 'string') {
    throw new SyntaxError('a frame without its name "t"');
  }
  if (frame.t === 'event') {
    frame.raw = dataText(text);
  }
  return frame;
}

/**
 * Reads a page of history or of a snapshot: an object with an array of events under `key`, each of which gets `raw`.
 * @param {string} text
 * @param {'events' | 'entities'} key
 */
export function parsePage(text, key) {
  const page = JSON.parse(text);
  const items = itemTexts(text, key);
  if (!Array.isArray(page?.[key]) || items.length !== page[key].length) {
    throw new SyntaxError(`a page without "${key}"`);
  }
  page[key].forEach((event, i) => {
    event.raw = dataText(items[i]);
  });
  return page;
}
