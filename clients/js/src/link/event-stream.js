/**
 * Reads `text/event-stream` as it comes, whatever pieces it comes in. Lines end in CR, LF or both; nothing else is a line
 * end, U+2028 least of all. Algorithm: the event stream interpretation of the WHATWG HTML standard, without `retry`
 * and ids, which this client has no use for.
 */
export class EventStreamParser {
  #tell;
  #decoder = new TextDecoder();
  #line = '';
  #afterCr = false;
  #name = '';
  #data = [];

  /** @param {(name: string, data: string) => void} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /** @param {Uint8Array} bytes */
  push(bytes) {
    const text = this.#decoder.decode(bytes, { stream: true });
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit === LF && this.#afterCr) {
        from = i + 1;
      } else if (unit === LF || unit === CR) {
        const line = this.#line + text.slice(from, i);
        this.#line = '';
        from = i + 1;
        this.#take(line);
      }
      this.#afterCr = unit === CR;
    }
    this.#line += text.slice(from);
  }

  #take(line) {
    if (line === '') {
      if (this.#data.length > 0) {
        this.#tell(this.#name, this.#data.join('\n'));
      }
      this.#name = '';
      this.#data = [];
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') {
      this.#name = value;
    } else if (field === 'data') {
      this.#data.push(value);
    }
  }
}

const LF = 0x0a;
const CR = 0x0d;
