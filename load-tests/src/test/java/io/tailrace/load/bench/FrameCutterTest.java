package io.tailrace.load.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameCutterTest {
  @Test
  void framesOfAllThreeLengthsComeOutWhole() {
    List<Integer> lengths = List.of(0, 1, 125, 126, 127, 65_535, 65_536, 70_000);
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    lengths.forEach(length -> stream.writeBytes(frame(length)));
    byte[] bytes = stream.toByteArray();
    List<Integer> seen = new ArrayList<>();

    int end =
        FrameCutter.cut(
            bytes,
            0,
            bytes.length,
            (opcode, _, from, to) -> {
              assertEquals(1, opcode);
              seen.add(to - from);
            });

    assertEquals(lengths, seen);
    assertEquals(bytes.length, end);
  }

  @Test
  void aPartOfAFrameWaitsForTheRestWhereverItIsCut() {
    byte[] bytes = frame(300);
    for (int cut = 0; cut < bytes.length; cut++) {
      byte[] part = Arrays.copyOf(bytes, cut);
      assertEquals(
          0,
          FrameCutter.cut(
              part,
              0,
              cut,
              (_, _, _, _) -> {
                throw new AssertionError("a part is no frame");
              }));
    }
  }

  private static byte[] frame(int length) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0x81);
    if (length < 126) {
      out.write(length);
    } else if (length < 65_536) {
      out.writeBytes(new byte[] {126, (byte) (length >> 8), (byte) length});
    } else {
      out.writeBytes(
          new byte[] {
            127,
            0,
            0,
            0,
            0,
            (byte) (length >> 24),
            (byte) (length >> 16),
            (byte) (length >> 8),
            (byte) length
          });
    }
    out.writeBytes(new byte[length]);
    return out.toByteArray();
  }
}
