package io.tailrace.relay.slot;

import org.jspecify.annotations.Nullable;

/** Whether a slot may be read from. Pure. */
final class SlotCheck {
  private SlotCheck() {}

  /**
   * Throws where the slot cannot be used, whoever holds it.
   *
   * @throws SlotException with the repair
   */
  static SlotState usable(SlotName slot, @Nullable SlotState state) {
    String name = slot.name();
    if (state == null) {
      throw new SlotException(
          "There is no replication slot "
              + name
              + ", so rows committed since it was there may be unread. On an empty install start"
              + " once with --slot.create=true before anything is written; otherwise run `tailrace"
              + " rebuild`, which makes the next slot and publishes everything again.");
    }
    if (!state.inThisDatabase() || !state.plugin().equals("pgoutput")) {
      throw new SlotException(
          "The replication slot "
              + name
              + " belongs to another database or plugin ("
              + state.plugin()
              + "): two Tailrace databases in one PostgreSQL cluster need different incarnations."
              + " Check database.url; if it is right, `tailrace rebuild` takes the next free"
              + " number.");
    }
    if (state.lost()) {
      throw new SlotException(
          "The replication slot "
              + name
              + " is lost ("
              + (state.invalid() == null ? state.walStatus() : state.invalid())
              + "): PostgreSQL removed WAL that was not read yet, so events are missing. Run"
              + " `tailrace rebuild`; raise max_slot_wal_keep_size, or keep the relay running.");
    }
    return state;
  }
}
