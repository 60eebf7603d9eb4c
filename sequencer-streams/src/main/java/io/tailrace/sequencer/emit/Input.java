package io.tailrace.sequencer.emit;

import io.tailrace.schemas.event.OutboxRecord;
import io.tailrace.schemas.event.Position;
import org.jspecify.annotations.Nullable;

/** A record of the outbox topic, as far as it could be read. */
public sealed interface Input {
  /** Where it stands in the source; null where not even that could be read. */
  @Nullable Position position();

  /**
   * A whole row.
   *
   * @param bytes size of key, value and headers as the record came
   */
  record Row(OutboxRecord record, int bytes) implements Input {
    @Override
    public Position position() {
      return record.position();
    }
  }

  /** The end of a rebuild in this partition; see {@link io.tailrace.schemas.topic.EpochMark}. */
  record Mark(Position position) implements Input {}

  /**
   * What is no row.
   *
   * @param reason says why, without payload
   */
  record Unreadable(@Nullable Position position, String reason) implements Input {}
}
