package io.tailrace.load.driver;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The body of an answer with chunked transfer coding (RFC 9112, section 7.1), as it comes. */
final class ChunkedInput extends InputStream {
  private final InputStream in;
  private long left;
  private boolean first = true;

  ChunkedInput(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    if (left == 0 && !nextChunk()) {
      return -1;
    }
    left--;
    return need();
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (left == 0 && !nextChunk()) {
      return -1;
    }
    int count = in.read(target, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw new EOFException("the connection ended in a chunk");
    }
    left -= count;
    return count;
  }

  private boolean nextChunk() throws IOException {
    if (!first) {
      need();
      need();
    }
    first = false;
    long size = 0;
    for (int b = need(); b != '\n'; b = need()) {
      int digit = Character.digit(b, 16);
      if (digit >= 0) {
        size = size * 16 + digit;
      }
    }
    left = size;
    return size > 0;
  }

  private int need() throws IOException {
    int b = in.read();
    if (b < 0) {
      throw new EOFException("the connection ended in a chunk");
    }
    return b;
  }
}
