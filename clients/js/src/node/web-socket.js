import { createHash, randomBytes } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import { FrameReader, clientFrame } from './frame-reader.js';

/**
 * As much of the browser's WebSocket as this client needs, for Node, which has none before version 22. Beside what a
 * browser's tells, `onclose` has the HTTP `status` of a refused upgrade and its `retryAfterMs`.
 */

/** RFC 6455, section 1.3. */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
/** A frame is an event of at most some hundred KiB; anything near this is no gateway. */
const MESSAGE_BYTES_MAX = 64 * 1024 * 1024;
/** The answer to the upgrade, and to a close, is not waited for longer than this. */
const UPGRADE_MS = 10_000;
const CLOSE_MS = 2_000;

export class NodeWebSocket {
  onopen = null;
  onclose = null;
  onmessage = null;
  #socket = null;
  #request;
  #isOver = false;
  #closing = null;

  /** @param {string} url @param {string} protocol */
  constructor(url, protocol) {
    const address = new URL(url);
    const isSecure = address.protocol === 'wss:';
    address.protocol = isSecure ? 'https:' : 'http:';
    const key = randomBytes(16).toString('base64');
    this.#request = (isSecure ? https : http).get(address, {
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Key': key,
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Protocol': protocol,
      },
      timeout: UPGRADE_MS,
    });
    this.#request.on('upgrade', (response, socket, head) => this.#upgraded(response, socket, head, key));
    this.#request.on('response', (response) => this.#refused(response));
    this.#request.on('timeout', () => this.#over(1006, 'no answer to the upgrade'));
    this.#request.on('error', (fault) => this.#over(1006, fault.message));
  }

  /** @param {string} text */
  send(text) {
    this.#write(TEXT, Buffer.from(text));
  }

  close(code = 1000, reason = '') {
    if (this.#socket === null) {
      return this.#over(1006, 'closed before it was open');
    }
    const payload = Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason).subarray(0, 120)]);
    this.#write(CLOSE, payload);
    this.#closing ??= setTimeout(() => this.#over(1006, 'no answer to the close'), CLOSE_MS);
    return undefined;
  }

  #upgraded(response, socket, head, key) {
    const accept = createHash('sha1').update(key + ACCEPT_GUID).digest('base64');
    if (this.#isOver || response.headers['sec-websocket-accept'] !== accept) {
      socket.destroy();
      return this.#over(1006, 'not a WebSocket');
    }
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setTimeout(0);
    const reader = new FrameReader((opcode, payload) => this.#take(opcode, payload), MESSAGE_BYTES_MAX);
    const push = (bytes) => {
      try {
        reader.push(bytes);
      } catch (fault) {
        this.#over(1002, fault.message);
      }
    };
    socket.on('data', push);
    socket.on('error', (fault) => this.#over(1006, fault.message));
    socket.on('close', () => this.#over(1006, 'the connection was lost'));
    this.onopen?.();
    if (head.length > 0) {
      push(head);
    }
    return undefined;
  }

  #refused(response) {
    response.resume();
    const seconds = Number(response.headers['retry-after']);
    this.#over(1006, `the upgrade was answered with ${response.statusCode}`, {
      status: response.statusCode,
      retryAfterMs: seconds > 0 ? seconds * 1000 : 0,
    });
  }

  #take(opcode, payload) {
    if (this.#isOver) {
      return undefined;
    }
    switch (opcode) {
      case TEXT:
        return this.onmessage?.({ data: payload.toString('utf8') });
      case PING:
        return this.#write(PONG, payload);
      case CLOSE: {
        this.#write(CLOSE, payload);
        const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
        return this.#over(code, payload.subarray(2).toString('utf8'));
      }
      default:
        // an answer to a ping that was not sent, or data that no gateway sends
        return undefined;
    }
  }

  #write(opcode, payload) {
    if (this.#socket !== null && !this.#socket.destroyed) {
      this.#socket.write(clientFrame(opcode, payload, randomBytes(4)));
    }
  }

  #over(code, reason, more = {}) {
    if (this.#isOver) {
      return;
    }
    this.#isOver = true;
    clearTimeout(this.#closing);
    this.#request.destroy();
    if (this.#socket !== null) {
      // what was written still goes out before the socket ends, if anybody takes it
      const socket = this.#socket;
      socket.destroySoon();
      setTimeout(() => socket.destroy(), CLOSE_MS).unref();
    }
    this.onclose?.({ code, reason, ...more });
  }
}
