package io.tailrace.relay.slot;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SlotCheckTest {
  private static final SlotName SLOT = new SlotName(4);

  private static SlotState state(String plugin, boolean here, String wal, String invalid) {
    return new SlotState(plugin, here, wal, 1, 2, null, invalid.isEmpty() ? null : invalid, null);
  }

  private static String refusal(SlotState state) {
    return String.valueOf(
        assertThrows(SlotException.class, () -> SlotCheck.usable(SLOT, state)).getMessage());
  }

  @Test
  void aSlotWithAllItsWalIsUsable() {
    SlotState state = state("pgoutput", true, "extended", "");

    assertSame(state, SlotCheck.usable(SLOT, state));
  }

  @Test
  void aMissingSlotNamesTheRepair() {
    SlotException refusal = assertThrows(SlotException.class, () -> SlotCheck.usable(SLOT, null));

    assertTrue(String.valueOf(refusal.getMessage()).contains("no replication slot tailrace_4"));
  }

  @Test
  void aLostSlotIsRefused() {
    assertTrue(refusal(state("pgoutput", true, "lost", "")).contains("is lost (lost)"));
  }

  @Test
  void anInvalidatedSlotIsRefusedWithPostgresReason() {
    assertTrue(
        refusal(state("pgoutput", true, "unreserved", "idle_timeout"))
            .contains("is lost (idle_timeout)"));
  }

  @Test
  void anotherDatabasesSlotIsRefused() {
    assertTrue(refusal(state("pgoutput", false, "reserved", "")).contains("another database"));
  }

  @Test
  void anotherPluginsSlotIsRefused() {
    assertTrue(refusal(state("wal2json", true, "reserved", "")).contains("wal2json"));
  }
}
