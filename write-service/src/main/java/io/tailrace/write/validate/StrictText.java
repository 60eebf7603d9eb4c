package io.tailrace.write.validate;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * What the bytes of a body are before anything is parsed: UTF-8 without exception, no byte order
 * mark, nothing that a JSON parser would take for UTF-16 or UTF-32.
 *
 * @param escapes whether a backslash occurs, so that strings may hold escapes
 * @param carriageReturns whether a raw carriage return occurs; it can only stand between tokens
 */
record StrictText(boolean escapes, boolean carriageReturns) {

  static StrictText of(byte[] body) throws RefusedBody {
    boolean escapes = false;
    boolean carriageReturns = false;
    boolean ascii = true;
    for (byte b : body) {
      ascii &= b >= 0;
      escapes |= b == '\\';
      carriageReturns |= b == '\r';
      if (b == 0) {
        throw RefusedBody.notJson("the body holds a NUL byte: send JSON in UTF-8");
      }
    }
    if (!ascii) {
      checkUtf8(body);
    }
    return new StrictText(escapes, carriageReturns);
  }

  /** The JDK's decoder refuses overlong forms, surrogates and all else that is no UTF-8. */
  private static void checkUtf8(byte[] body) throws RefusedBody {
    if (body.length >= 3 && body[0] == (byte) 0xef && body[1] == (byte) 0xbb) {
      throw RefusedBody.notJson("the body begins with a byte order mark: send JSON without it");
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
    } catch (CharacterCodingException _) {
      throw RefusedBody.notJson("the body is not UTF-8");
    }
  }
}
