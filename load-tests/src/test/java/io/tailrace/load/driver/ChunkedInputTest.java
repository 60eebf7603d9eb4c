package io.tailrace.load.driver;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import org.junit.jupiter.api.Test;

class ChunkedInputTest {
  @Test
  void chunksBecomeOneBody() throws Exception {
    assertEquals("hello world", read("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"));
  }

  @Test
  void aCutInAChunkIsNoEnd() {
    assertThrows(EOFException.class, () -> read("5\r\nhel"));
  }

  private static String read(String coded) throws Exception {
    try (var in = new ChunkedInput(new ByteArrayInputStream(coded.getBytes(US_ASCII)))) {
      return new String(in.readAllBytes(), US_ASCII);
    }
  }
}
