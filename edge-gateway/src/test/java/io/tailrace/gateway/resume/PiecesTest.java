package io.tailrace.gateway.resume;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.encode.Wire;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class PiecesTest {
  private static final String A = "demo/chat:a";
  private final Windows windows = new Windows(1000, 1 << 20, new long[] {0});
  private final ChannelWindow window = windows.hold(A, 0);
  private long offset;

  private Frame see(long seq, long chain) {
    byte[] json = (seq + "/" + chain).getBytes(StandardCharsets.UTF_8);
    Frame frame = new Frame(new Frame.Place(A, 0, offset, 1, seq, chain), 0, offset, null, json);
    offset++;
    windows.accept(frame);
    return frame;
  }

  private void see(long from, long to, long fork) {
    for (long seq = from; seq <= to; seq++) {
      see(seq, seq + fork);
    }
  }

  /** Reads from a seq on as a replay does, and checks every byte against the window. */
  private int read(Wire wire, long first, long to, int bytesMax) {
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    int parts = 0;
    long next = first;
    while (next <= to) {
      Pieces.Part part = Objects.requireNonNull(window.pieces().part(wire, next, to, bytesMax));
      byte[] bytes = new byte[part.bytes().remaining()];
      part.bytes().get(bytes);
      got.writeBytes(bytes);
      next = part.last() + 1;
      parts++;
    }
    assertArrayEquals(expected(wire, first, to), got.toByteArray());
    return parts;
  }

  private byte[] expected(Wire wire, long first, long to) {
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (long seq = first; seq <= to; seq++) {
      expected.writeBytes(Objects.requireNonNull(window.frame(seq)).bytes(wire));
    }
    return expected.toByteArray();
  }

  @Test
  void whoeverStandsWhereverReadsTheSameBytes() {
    see(1, 100, 0);
    for (int reader = 0; reader < 10; reader++) {
      read(Wire.WEB_SOCKET, 50, 100, 64);
      read(Wire.WEB_SOCKET, 1, 100, 64);
      read(Wire.EVENT_STREAM, 33, 77, 64);
      read(Wire.WEB_SOCKET, 7, 60, 64);
    }
  }

  @Test
  void manyReadersCostNoMoreThanTheWindow() {
    see(1, 100, 0);
    for (long from = 100; from >= 1; from--) {
      read(Wire.WEB_SOCKET, from, 100, 64);
    }
    long kept = 0;
    for (long seq = 1; seq <= 100; seq++) {
      kept += Objects.requireNonNull(window.frame(seq)).webSocket().length;
    }
    assertEquals(kept, window.pieces().bytes());
  }

  @Test
  void whatComesMeanwhileIsReadOn() {
    see(1, 10, 0);
    read(Wire.WEB_SOCKET, 1, 10, 1000);
    see(11, 20, 0);
    read(Wire.WEB_SOCKET, 1, 20, 1000);
    read(Wire.WEB_SOCKET, 10, 20, 1000);
  }

  @Test
  void aPartEndsWhereTheReaderMayReadNoFurther() {
    see(1, 10, 0);
    read(Wire.WEB_SOCKET, 1, 10, 1000);
    Pieces.Part part = Objects.requireNonNull(window.pieces().part(Wire.WEB_SOCKET, 3, 5, 1000));
    assertEquals(5, part.last());
    assertEquals(ByteBuffer.wrap(expected(Wire.WEB_SOCKET, 3, 5)), part.bytes());
  }

  @Test
  void anotherChainIsNotReadOutOfAnOldPiece() {
    see(1, 10, 0);
    read(Wire.WEB_SOCKET, 1, 10, 1000);
    see(8, 10, 500);
    read(Wire.WEB_SOCKET, 1, 10, 1000);
  }

  @Test
  void aWindowThatBeginsAnewForgetsItsPieces() {
    see(1, 10, 0);
    read(Wire.WEB_SOCKET, 1, 10, 1000);
    see(12, 14, 0);
    assertNull(window.pieces().part(Wire.WEB_SOCKET, 5, 14, 1000));
    read(Wire.WEB_SOCKET, 12, 14, 1000);
    windows.raiseEpoch(0, 2);
    assertNull(window.pieces().part(Wire.WEB_SOCKET, 12, 14, 1000));
    assertEquals(0, window.pieces().bytes());
  }

  @Test
  void whatTheWindowHasNoLongerIsForgotten() {
    see(1, 100, 0);
    read(Wire.WEB_SOCKET, 1, 100, 64);
    long all = window.pieces().bytes();
    windows.evict(1050);
    assertNull(window.pieces().part(Wire.WEB_SOCKET, 1, 100, 64));
    assertTrue(
        window.pieces().bytes() < all * 3 / 4, all + " bytes are " + window.pieces().bytes());
    read(Wire.WEB_SOCKET, 60, 100, 64);
  }

  @Test
  void aFrameLargerThanAPieceIsOneByItself() {
    see(1, 3, 0);
    assertEquals(3, read(Wire.WEB_SOCKET, 1, 3, 1));
  }
}
