package io.tailrace.relay.slot;

import java.sql.Connection;
import java.sql.SQLException;

/** Makes the slot at the first install, before anything is written. */
public final class SlotSetup {
  private SlotSetup() {}

  /**
   * Makes the slot where it is missing; does nothing where it exists.
   *
   * @param connection in auto-commit mode, of a role that may replicate
   * @param failover whether standbys keep the slot too (PostgreSQL 17 and later)
   * @return whether it was made
   * @throws SlotException where the outbox already has rows: a slot made now would never bring them
   */
  public static boolean create(Connection connection, SlotName slot, boolean failover)
      throws SQLException {
    Source source = new Source(connection);
    if (source.state(slot) != null) {
      return false;
    }
    if (source.hasRows()) {
      throw new SlotException(
          "The outbox has rows and the replication slot "
              + slot.name()
              + " is missing: a slot made now would skip them. Run `tailrace rebuild`.");
    }
    source.createSlot(slot, failover);
    return true;
  }
}
