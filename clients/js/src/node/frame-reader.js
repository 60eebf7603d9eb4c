/**
 * Cuts WebSocket frames of a server (RFC 6455, section 5) out of the bytes of a socket, and puts fragments together.
 * Bounded: a message above `messageBytesMax` is an error, and so is everything that a server must not send.
 */
export class FrameReader {
  #tell;
  #messageBytesMax;
  #chunks = [];
  #bytes = 0;
  #fragments = [];
  #fragmentBytes = 0;

  /**
   * @param {(opcode: number, payload: Buffer) => void} tell whole messages (1: text) and control frames (8, 9, 10)
   */
  constructor(tell, messageBytesMax) {
    this.#tell = tell;
    this.#messageBytesMax = messageBytesMax;
  }

  /**
   * @param {Buffer} bytes
   * @throws {RangeError} too large @throws {SyntaxError} not what the standard says
   */
  push(bytes) {
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
    while (this.#takeFrame());
  }

  #takeFrame() {
    if (this.#bytes < 2) {
      return false;
    }
    // a header is 10 bytes at most
    const head = this.#peek(Math.min(this.#bytes, 10));
    const short = head[1] & 0x7f;
    if ((head[1] & 0x80) !== 0 || (head[0] & 0x70) !== 0) {
      throw new SyntaxError('a masked frame, or an extension that was not agreed');
    }
    const headBytes = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (this.#bytes < headBytes) {
      return false;
    }
    const length = short < 126 ? short : short === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
    if (length + this.#fragmentBytes > this.#messageBytesMax) {
      throw new RangeError(`a message of more than ${this.#messageBytesMax} bytes`);
    }
    if (this.#bytes < headBytes + length) {
      return false;
    }
    const frame = this.#take(headBytes + length);
    this.#frame((head[0] & 0x80) !== 0, head[0] & 0x0f, frame.subarray(headBytes));
    return true;
  }

  #frame(isFinal, opcode, payload) {
    if (opcode >= 8) {
      if (!isFinal || payload.length > 125) {
        throw new SyntaxError('a control frame in pieces, or too long');
      }
      return this.#tell(opcode, payload);
    }
    if ((opcode === 0) !== this.#fragments.length > 0) {
      throw new SyntaxError('a fragment without its beginning, or a message inside another');
    }
    this.#fragments.push({ opcode, payload });
    this.#fragmentBytes += payload.length;
    if (isFinal) {
      const [first] = this.#fragments;
      const whole = this.#fragments.length === 1 ? payload : Buffer.concat(this.#fragments.map((one) => one.payload));
      this.#fragments = [];
      this.#fragmentBytes = 0;
      return this.#tell(first.opcode, whole);
    }
    return undefined;
  }

  #peek(length) {
    if (this.#chunks[0].length < length) {
      this.#chunks = [Buffer.concat(this.#chunks)];
    }
    return this.#chunks[0].subarray(0, length);
  }

  #take(length) {
    const taken = this.#peek(length);
    this.#chunks[0] = this.#chunks[0].subarray(length);
    if (this.#chunks[0].length === 0) {
      this.#chunks.shift();
    }
    this.#bytes -= length;
    return taken;
  }
}

/** One unfragmented, masked frame as a client sends it. */
export function clientFrame(opcode, payload, mask) {
  const { length } = payload;
  const headBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.alloc(headBytes + 4 + length);
  frame[0] = 0x80 | opcode;
  if (headBytes === 2) {
    frame[1] = 0x80 | length;
  } else if (headBytes === 4) {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 0x80 | 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  mask.copy(frame, headBytes);
  for (let i = 0; i < length; i++) {
    frame[headBytes + 4 + i] = payload[i] ^ mask[i & 3];
  }
  return frame;
}
