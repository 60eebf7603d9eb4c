package io.tailrace.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.relay.slot.SlotName;
import io.tailrace.relay.tail.TailSource;
import org.junit.jupiter.api.Test;

class RelayConfigTest {
  private static RelayConfig at(String url) {
    return RelayConfig.at(url, "relay", "secret", "kafka:9092");
  }

  @Test
  void theAddressIsTakenApartForTheStream() {
    TailSource source =
        at("jdbc:postgresql://db.example:5433/shop?sslmode=require").tailSource(new SlotName(7));

    assertEquals("db.example", source.host());
    assertEquals(5433, source.port());
    assertEquals("shop", source.database());
    assertEquals("require", source.driver().get("sslmode"));
    assertEquals("tailrace_7", source.slot());
  }

  @Test
  void anAddressThatIsNoneIsRefusedByName() {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> at("postgres://db/shop"));

    assertTrue(String.valueOf(refusal.getMessage()).startsWith("database.url="));
  }

  @Test
  void theSlotIsNotMadeUnlessAsked() {
    assertFalse(at("jdbc:postgresql://db/shop").slotCreate());
  }

  @Test
  void thePasswordStaysOutOfLogs() {
    assertFalse(at("jdbc:postgresql://db/shop").toString().contains("secret"));
  }
}
