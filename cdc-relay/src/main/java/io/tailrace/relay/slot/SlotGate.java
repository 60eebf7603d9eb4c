package io.tailrace.relay.slot;

import io.tailrace.schemas.event.Position;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All that must hold before a stream starts, in order. Used under the lead lock. */
public final class SlotGate {
  private final Source source;
  private final SlotName slot;

  /** For one slot. */
  public SlotGate(Source source, SlotName slot) {
    this.source = source;
    this.slot = slot;
  }

  /** The slot. */
  public SlotName slot() {
    return slot;
  }

  /**
   * The slot's state where it exists and nothing is lost.
   *
   * @throws SlotException with the repair
   */
  public SlotState usable() throws SQLException {
    return SlotCheck.usable(slot, source.state(slot));
  }

  /**
   * Returns where the log continues this database.
   *
   * @param timeline of the stream about to start
   * @throws SlotException where the source was forked
   */
  public void requireSameHistory(int timeline, List<LastAccepted> log, List<LastNumbered> numbered)
      throws SQLException {
    Set<String> ids =
        Stream.concat(log.stream().map(LastAccepted::id), numbered.stream().map(LastNumbered::id))
            .collect(Collectors.toSet());
    Position stream = new Position(slot.incarnation(), timeline, 0, 0, 0);
    new ForkCheck(stream, source.walEnd(), source.keptSince(), source.present(ids))
        .require(log, numbered);
  }
}
