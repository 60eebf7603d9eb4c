package io.tailrace.gateway.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CursorTest {
  @Test
  void whatIsWrittenIsRead() {
    Map<String, Cursor.Place> places = new LinkedHashMap<>();
    places.put("chat:a.b~c_d-e", new Cursor.Place(1, 42));
    places.put("feed:x", new Cursor.Place(7, Long.MAX_VALUE));
    String text = new Cursor(places).text();
    Cursor read = Cursor.parse(text);
    assertEquals("chat:a.b~c_d-e=1.42,feed:x=7.9223372036854775807", text);
    assertNotNull(read);
    assertEquals(places, read.places());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bogus",
        "chat:a",
        "chat:a=1",
        "chat:a=.1",
        "chat:a=1.",
        "chat:a=0.1",
        "chat:a=1.-1",
        "=1.1",
        "chat:a=1.1,",
        "chat:a=1.1,chat:a=1.2",
        "chat:a=1.99999999999999999999"
      })
  void whatIsNoCursorIsNone(String text) {
    assertNull(Cursor.parse(text));
  }
}
