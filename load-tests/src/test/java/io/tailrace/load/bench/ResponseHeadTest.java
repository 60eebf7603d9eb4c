package io.tailrace.load.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ResponseHeadTest {
  private static final String HEAD = "HTTP/1.1 201 Created\r\ncontent-LENGTH: 12\r\nX: y\r\n\r\n";

  @Test
  void tellsStatusAndWholeLength() {
    byte[] bytes = (HEAD + "123456789012").getBytes(StandardCharsets.US_ASCII);

    assertEquals(new ResponseHead(201, bytes.length), ResponseHead.of(bytes, bytes.length));
    assertEquals(new ResponseHead(201, bytes.length), ResponseHead.of(bytes, HEAD.length()));
    for (int to = 0; to < HEAD.length(); to++) {
      assertNull(ResponseHead.of(bytes, to));
    }
  }

  @Test
  void anAnswerOfUnknownLengthIsRefused() {
    byte[] bytes = "HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    assertThrows(IllegalStateException.class, () -> ResponseHead.of(bytes, bytes.length));
  }
}
