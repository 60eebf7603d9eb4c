package io.tailrace.write.validate;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;

/** Bodies that are nearly right: right ones, cut, joined and sprinkled with what hurts parsers. */
public final class Bodies {
  private static final List<String> RIGHT =
      List.of(
          "{\"type\":\"message.posted\",\"data\":{\"text\":\"hi\"}}",
          "{\"type\":\"message.removed\",\"data\":{\"a\":[1,2.50,-3e4,true,null,{\"b\":\"c\"}]},\"entity\":\"e:1\"}",
          "{\"id\":\"0191d7a4-4a3c-7b1e-8f00-5b0c5a3e9d10\",\"type\":\"reaction.set\",\"data\":{\"emoji\":\"\ud83c\udf0a\"}}",
          "{\r\n \"type\" : \"message.removed\" ,\t\"data\" : { \"x\" : \"\\u00e9\\ud83c\\udf0a\\n\" } \r\n}");

  private static final List<String> PIECES =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"",
          "\\",
          "\\u0000",
          "\\u",
          "\\ud83c",
          "\\udf0a",
          "null",
          "true",
          "-",
          "+",
          ".",
          "0",
          "00",
          "1e",
          "1e99999",
          "99999999999999999999999",
          "NaN",
          "\r",
          "\n",
          "\t",
          " ",
          "\u2028",
          "\u00e9",
          "\ud83c\udf0a",
          "\"a\":1,\"a\":2,",
          "[[[[[[[[",
          "\"data\":",
          "\"type\":\"message.removed\",",
          "\"expect\":0,",
          "\"channel\":\"chat:x\",");

  private static final byte[][] BYTES = {
    {0}, {(byte) 0x80}, {(byte) 0xc0, (byte) 0x80}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
    {(byte) 0xff}, {(byte) 0xef, (byte) 0xbb, (byte) 0xbf}, {0x7f}, {0x1f},
  };

  private Bodies() {}

  /** The next body. */
  public static byte[] next(RandomGenerator random) {
    byte[] body = any(RIGHT, random).getBytes(StandardCharsets.UTF_8);
    int changes = random.nextInt(5);
    for (int i = 0; i < changes; i++) {
      body = change(body, random);
    }
    return body;
  }

  private static byte[] change(byte[] body, RandomGenerator random) {
    int at = random.nextInt(body.length + 1);
    int end = Math.min(body.length, at + random.nextInt(6));
    return switch (random.nextInt(5)) {
      case 0 -> join(body, 0, at, new byte[0], body, end);
      case 1 -> join(body, 0, at, any(PIECES, random).getBytes(StandardCharsets.UTF_8), body, at);
      case 2 -> join(body, 0, at, any(PIECES, random).getBytes(StandardCharsets.UTF_8), body, end);
      case 3 -> join(body, 0, at, BYTES[random.nextInt(BYTES.length)], body, at);
      default -> join(body, 0, end, new byte[0], body, at);
    };
  }

  private static byte[] join(
      byte[] head, int from, int to, byte[] middle, byte[] tail, int tailFrom) {
    byte[] all = new byte[to - from + middle.length + tail.length - tailFrom];
    System.arraycopy(head, from, all, 0, to - from);
    System.arraycopy(middle, 0, all, to - from, middle.length);
    System.arraycopy(tail, tailFrom, all, to - from + middle.length, tail.length - tailFrom);
    return all;
  }

  private static String any(List<String> of, RandomGenerator random) {
    return of.get(random.nextInt(of.size()));
  }
}
