package io.tailrace.sequencer.emit;

import io.tailrace.schemas.event.Position;
import io.tailrace.sequencer.number.ChannelState;
import org.jspecify.annotations.Nullable;

/**
 * The sequencer's core: a pure function of one partition of the log. No clock, no contract, no
 * outside state, so that a replay after an aborted transaction emits the same bytes again, which is
 * what lets the gateways read without waiting for the commit.
 */
public final class Sequencing {
  /**
   * Largest record, key and headers included, that becomes an event. A constant and no setting: it
   * decides which records take a seq, so it must be the same at every replay. Kafka's default limit
   * of a batch is 1,048,588 bytes; the difference leaves room for the headers added here.
   */
  public static final int EVENT_BYTES_MAX = 1_040_000;

  private static final Decision DROP = new Decision.Drop();

  private Sequencing() {}

  /**
   * Decides about one record.
   *
   * @param last the partition's last accepted position; null: none yet
   * @param state the state of the record's channel; null: no event yet. Not looked at for what is
   *     no row
   */
  public static Decision decide(
      @Nullable Position last, @Nullable ChannelState state, Input input) {
    Position position = input.position();
    if (position != null && position.repeats(last)) {
      return DROP;
    }
    return switch (input) {
      case Input.Mark(Position at) -> new Decision.Mark(at);
      case Input.Unreadable(Position at, String reason) ->
          new Decision.DeadLetter(at, Decision.Reason.UNREADABLE, reason);
      case Input.Row row when row.bytes() > EVENT_BYTES_MAX ->
          new Decision.DeadLetter(
              row.position(),
              Decision.Reason.OVERSIZED,
              row.bytes() + " bytes, at most " + EVENT_BYTES_MAX + " become an event");
      case Input.Row row ->
          new Decision.Emit(row.position(), ChannelState.after(state, row.record()));
    };
  }
}
