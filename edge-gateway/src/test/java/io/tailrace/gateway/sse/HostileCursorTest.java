package io.tailrace.gateway.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.testkit.HostileNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whatever is sent as {@code Last-Event-ID}: a place is that of the name as it stands there. */
class HostileCursorTest {
  private static final int TRIES = HostileNames.tries(200_000);

  private final HostileNames names = new HostileNames(HostileNames.seed());

  @Test
  void aForgedCursorIsNoneOrHasEveryNameAsItStands() {
    int taken = 0;
    for (int i = 0; i < TRIES; i++) {
      String text = forged();

      Cursor cursor = Cursor.parse(text);

      if (cursor != null) {
        taken++;
        List<String> written = new ArrayList<>();
        for (String part : text.split(",", -1)) {
          written.add(part.substring(0, part.indexOf('=')));
        }
        assertEquals(written, List.copyOf(cursor.places().keySet()), text);
        assertEquals(cursor, Cursor.parse(cursor.text()), text);
        for (Map.Entry<String, Cursor.Place> place : cursor.places().entrySet()) {
          assertTrue(place.getValue().epoch() >= 1 && place.getValue().seq() >= 0, text);
        }
      }
    }
    assertTrue(taken > 0);
  }

  private String forged() {
    StringBuilder text = new StringBuilder();
    for (int i = names.random().nextInt(4); i >= 0; i--) {
      String name = names.random().nextBoolean() ? names.channel() : names.any();
      text.append(text.isEmpty() ? "" : ",").append(name).append('=');
      text.append(names.pick("1.0", "1.42", "2.7", "0.1", "1.-1", "1", "x.y", "+1.+1", "1.1.1"));
    }
    return names.random().nextInt(4) == 0 ? names.twisted(text.toString()) : text.toString();
  }
}
