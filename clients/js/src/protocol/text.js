/**
 * Cuts the text of `data` out of frames and pages. The chain covers the bytes that were written, and a number with
 * more digits than a double can hold arrives as it was written, so the text itself has to survive parsing.
 */

const DATA_KEY = ',"data":';

/**
 * The text of `data` in an event's JSON object, where `data` is always the last field.
 *
 * The first match is the right one: every field before it is a string or a number, and a quote inside a string is
 * escaped, so the key cannot occur in a value.
 * @param {string} object
 */
export function dataText(object) {
  const at = object.indexOf(DATA_KEY);
  if (at < 0 || !object.endsWith('}')) {
    throw new SyntaxError('an event without data as its last field');
  }
  return object.slice(at + DATA_KEY.length, -1);
}

/**
 * The texts of the objects in the array `key` of a JSON object's text, found without trusting any string's content.
 * @param {string} text a JSON object that JSON.parse has accepted
 * @param {string} key a key of the outermost object
 * @returns {string[]}
 */
export function itemTexts(text, key) {
  const items = [];
  const quotedKey = `"${key}"`;
  let depth = 0;
  let outermostString = 0;
  let inside = false;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        if (depth === 1) {
          outermostString = i;
        }
        i = closingQuote(text, i);
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth++;
        if (depth === 2) {
          // what stands before an opening bracket can only be its key
          inside = text.startsWith(quotedKey, outermostString);
        } else if (depth === 3) {
          start = i;
        }
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        if (depth === 3 && inside) {
          items.push(text.slice(start, i + 1));
        }
        depth--;
        break;
    }
  }
  return items;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

function closingQuote(text, opening) {
  for (let end = text.indexOf('"', opening + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) {
      backslashes++;
    }
    if (backslashes % 2 === 0) {
      return end;
    }
  }
  throw new SyntaxError('a string without its end');
}
