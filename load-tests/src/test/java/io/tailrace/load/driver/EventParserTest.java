package io.tailrace.load.driver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventParserTest {
  private static final String HEAD =
      "{\"t\":\"event\",\"channel\":\"chat:a\",\"seq\":3,\"id\":\"00000000-0000-0000-0000-000000000001\","
          + "\"type\":\"message.posted\",\"time\":\"2026-11-25T04:30:26.123456Z\",\"more\":[{}],"
          + "\"chain\":\"00000000000000ff\",\"data\":";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.10",
        "-0",
        "18446744073709551616",
        "true",
        "null",
        "\"\u2028\\u00e9\"",
        "[ 1 ,2]",
        "{\n\t\"a\" : \"\ud83d\ude80\" }"
      })
  void dataIsWhatWasSentByteForByte(String data) throws Exception {
    var event = EventParser.parse((HEAD + data + "}").getBytes(UTF_8));

    assertEquals(data, new String(event.data(), UTF_8));
    assertEquals(3, event.seq());
    assertEquals(255, event.chain());
  }

  @Test
  void anEventWithoutChainIsAViolation() {
    var frame = (HEAD + "1}").replace("\"chain\"", "\"other\"").getBytes(UTF_8);

    assertThrows(ProtocolViolation.class, () -> EventParser.parse(frame));
  }
}
