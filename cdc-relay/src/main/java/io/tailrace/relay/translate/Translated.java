package io.tailrace.relay.translate;

import io.tailrace.schemas.event.OutboxRecord;
import io.tailrace.schemas.event.Position;

/** What became of a source row. */
public sealed interface Translated {
  /** Commit time of the row's transaction, microseconds since 1970. */
  long commitMicros();

  /** A row for the outbox topic. */
  record Row(OutboxRecord outbox, long commitMicros) implements Translated {}

  /**
   * A row that has no place in any channel; the table's constraints should have refused it.
   *
   * @param reason for the dead letter
   */
  record Unfit(SourceRow source, Position position, String reason, long commitMicros)
      implements Translated {}
}
