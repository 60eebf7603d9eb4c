package io.tailrace.sequencer.emit;

import io.tailrace.schemas.event.Position;
import io.tailrace.sequencer.number.ChannelState;
import org.jspecify.annotations.Nullable;

/** What is done with one record of the outbox topic. */
public sealed interface Decision {
  /** The log holds it already. */
  record Drop() implements Decision {}

  /**
   * It becomes an event.
   *
   * @param position the partition's last accepted position from now on
   * @param state the channel's state from now on; also what the event is marked with
   */
  record Emit(Position position, ChannelState state) implements Decision {}

  /**
   * It tells the log's readers that the partition is in an epoch, whether or not it has events.
   *
   * @param position the partition's last accepted position from now on; its incarnation is the
   *     epoch
   */
  record Mark(Position position) implements Decision {}

  /**
   * It cannot be sequenced, takes no seq, and does not stop the channel.
   *
   * @param position the partition's last accepted position from now on, so that a repeat of the
   *     record is dropped like any other; null: unchanged
   * @param reason says why, without payload
   */
  record DeadLetter(@Nullable Position position, Reason reason, String detail)
      implements Decision {}

  /** Why a record is a dead letter; the text stands in the record's header. */
  enum Reason {
    /** Key, headers or value are not those of an outbox record. */
    UNREADABLE("unreadable"),
    /** Larger than an event may be. */
    OVERSIZED("oversized");

    private final String code;

    Reason(String code) {
      this.code = code;
    }

    /** The text in the header. */
    public String code() {
      return code;
    }
  }
}
