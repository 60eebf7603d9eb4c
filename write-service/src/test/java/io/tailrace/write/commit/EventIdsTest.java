package io.tailrace.write.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EventIdsTest {
  @Test
  void areVersionSevenAndBeginWithTheTime() {
    // The time of RFC 9562, appendix A.6.
    InstantSource clock = InstantSource.fixed(Instant.ofEpochMilli(0x017F22E279B0L));
    EventIds ids = new EventIds(clock, new Random(1));
    Set<String> seen = new HashSet<>();

    for (int i = 0; i < 10_000; i++) {
      String id = ids.next();
      UUID uuid = UUID.fromString(id);
      assertEquals(id, uuid.toString());
      assertEquals(7, uuid.version());
      assertEquals(2, uuid.variant());
      assertTrue(id.startsWith("017f22e2-79b0-7"), id);
      assertTrue(seen.add(id));
    }
  }
}
