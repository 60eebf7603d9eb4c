package io.tailrace.gateway.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tailrace.gateway.testkit.RawSocket;
import io.tailrace.schemas.problem.ProblemCode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FrameParserTest {
  /** What was handed over, in order. */
  private static final class Heard implements FrameParser.Sink {
    private final List<String> all = new ArrayList<>();

    @Override
    public void text(byte[] message) {
      all.add("text " + new String(message, StandardCharsets.UTF_8));
    }

    @Override
    public void ping(byte[] payload) {
      all.add("ping " + Arrays.toString(payload));
    }

    @Override
    public void pong() {
      all.add("pong");
    }

    @Override
    public void close(int code) {
      all.add("close " + code);
    }
  }

  @Test
  void theSameIsHeardInWhateverPiecesItArrives() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int run = 0; run < 2000; run++) {
      List<String> expected = new ArrayList<>();
      byte[] stream = conversation(random, expected);
      FrameParser parser = new FrameParser(100_000);
      Heard heard = new Heard();
      int at = 0;
      while (at < stream.length) {
        int n = Math.min(stream.length - at, 1 + random.nextInt(300));
        assertNull(parser.parse(ByteBuffer.wrap(stream, at, n), heard), "seed " + seed);
        at += n;
      }
      assertEquals(expected, heard.all, "seed " + seed);
    }
  }

  private static byte[] conversation(Random random, List<String> expected) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int i = 0; i < 5; i++) {
      String text = "\u00e9\u2028\ud83d\ude00 ".repeat(random.nextInt(120));
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      int fragments = 1 + random.nextInt(3);
      int from = 0;
      for (int f = 0; f < fragments; f++) {
        int to = f == fragments - 1 ? bytes.length : from + random.nextInt(bytes.length - from + 1);
        int first = (f == 0 ? 1 : 0) | (f == fragments - 1 ? 0x80 : 0);
        if (f > 0 && random.nextBoolean()) {
          stream.writeBytes(RawSocket.frame(0x89, new byte[] {1, 2}));
          expected.add("ping [1, 2]");
        }
        stream.writeBytes(RawSocket.frame(first, Arrays.copyOfRange(bytes, from, to)));
        from = to;
      }
      expected.add("text " + text);
    }
    stream.writeBytes(RawSocket.frame(0x8A, new byte[0]));
    stream.writeBytes(RawSocket.frame(0x88, new byte[] {0x0F, (byte) 0xA0}));
    expected.add("pong");
    expected.add("close 4000");
    return stream.toByteArray();
  }

  @Test
  void aSizeIsRefusedOnItsHeader() {
    byte[] tooLarge = RawSocket.frame(0x81, new byte[1001]);

    FrameParser.Fault fault =
        new FrameParser(1000).parse(ByteBuffer.wrap(tooLarge, 0, 8), new Heard());

    assertNotNull(fault);
    assertEquals(ProblemCode.TOO_LARGE, fault.code());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 2000, 2999, 5000, 65_535})
  void aCloseCodeThatMustNotBeSentIsAFault(int code) {
    byte[] close = RawSocket.frame(0x88, new byte[] {(byte) (code >> 8), (byte) code});

    FrameParser.Fault fault = new FrameParser(1000).parse(ByteBuffer.wrap(close), new Heard());

    assertNotNull(fault);
    assertEquals(ProblemCode.BAD_FRAME, fault.code());
  }

  @Test
  void utf8IsJudgedAsTheJdkJudgesIt() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int run = 0; run < 200_000; run++) {
      byte[] bytes = new byte[1 + random.nextInt(5)];
      random.nextBytes(bytes);
      if (random.nextBoolean()) {
        bytes[0] = (byte) (0xC0 | bytes[0]);
      }
      boolean valid = Utf8.isValid(bytes, 0, bytes.length);
      byte[] back = new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
      assertEquals(
          Arrays.equals(bytes, back), valid, () -> "seed " + seed + ": " + Arrays.toString(bytes));
    }
  }
}
