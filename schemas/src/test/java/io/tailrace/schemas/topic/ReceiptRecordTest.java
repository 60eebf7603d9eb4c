package io.tailrace.schemas.topic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.ReceiptRecord.Place;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiptRecordTest {
  private static final Channel A = new Channel("acme", "chat", "a");

  @ParameterizedTest
  @ValueSource(strings = {"ada", "a/b", "/", "acme/chat:a/ada", "é 😀", "\"\\"})
  void aKeyIsReadAsWritten(String user) throws BadRecordException {
    ReceiptRecord.Key key = new ReceiptRecord.Key(A, user);

    assertEquals(key, ReceiptRecord.readKey(key.text().getBytes(UTF_8)));
    assertEquals("acme/chat:a", ReceiptRecord.placedBy(key.text()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "acme", "acme/chat:a", "acme/chat:a/", "acme/chat/ada", "/chat:a/b"})
  void whatIsNoKeyIsRefused(String text) {
    assertThrows(BadRecordException.class, () -> ReceiptRecord.readKey(text));
  }

  @Test
  void aPlaceIsReadAsWritten() throws BadRecordException {
    Place place = new Place(3, Long.MAX_VALUE);

    assertEquals("{\"epoch\":3,\"seq\":9223372036854775807}", new String(place.json(), UTF_8));
    assertEquals(place, ReceiptRecord.readPlace(place.json()));
    assertNull(ReceiptRecord.readPlace(null));
  }

  @Test
  void whatAnotherVersionAddsIsPassedOver() throws BadRecordException {
    byte[] newer = "{\"device\":{\"a\":[1]},\"seq\":2,\"epoch\":1}".getBytes(UTF_8);

    assertEquals(new Place(1, 2), ReceiptRecord.readPlace(newer));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "7",
        "{",
        "[]",
        "{\"epoch\":1}",
        "{\"seq\":1}",
        "{\"epoch\":0,\"seq\":1}",
        "{\"epoch\":1,\"seq\":-1}",
        "{\"epoch\":1,\"seq\":\"1\"}",
        "{\"epoch\":2147483648,\"seq\":1}"
      })
  void whatIsNoPlaceIsRefused(String json) {
    assertThrows(BadRecordException.class, () -> ReceiptRecord.readPlace(json.getBytes(UTF_8)));
  }

  @Test
  void aLaterNumberingIsFurtherOnThanAnySeqBefore() {
    assertTrue(new Place(2, 1).compareTo(new Place(1, 100)) > 0);
    assertTrue(new Place(2, 1).compareTo(new Place(2, 2)) < 0);
    assertEquals(0, new Place(2, 2).compareTo(new Place(2, 2)));
  }
}
