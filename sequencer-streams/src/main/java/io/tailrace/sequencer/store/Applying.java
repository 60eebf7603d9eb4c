package io.tailrace.sequencer.store;

import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Event;
import org.jspecify.annotations.Nullable;

/** What the store does with one committed event; pure. */
sealed interface Applying {
  /** Becomes the channel's head. */
  record Append(Head head, boolean newEpoch) implements Applying {}

  /** The store is past it already: a record that is read again, or one of an older epoch. */
  record Skip() implements Applying {}

  /** The log contradicts itself or the store. */
  record Broken(String reason) implements Applying {}

  /**
   * Decides.
   *
   * @param head the channel's head; null where the store has none
   */
  static Applying decide(@Nullable Head head, Event event) {
    if (event.seq() < 1) {
      return new Broken("seq " + event.seq());
    }
    if (head == null || event.epoch() > head.epoch()) {
      return begin(event, head != null);
    }
    if (event.epoch() < head.epoch() || event.seq() < head.seq()) {
      return new Skip();
    }
    if (event.seq() == head.seq()) {
      return event.chain() == head.chain()
          ? new Skip()
          : new Broken("seq " + event.seq() + " came with another chain before");
    }
    if (event.seq() > head.seq() + 1) {
      return new Broken("seq " + event.seq() + " follows " + head.seq());
    }
    return append(head, event, false);
  }

  private static Applying begin(Event event, boolean newEpoch) {
    if (event.seq() == 1) {
      return append(Head.empty(event.epoch()), event, newEpoch);
    }
    // Older records have left the topic: the history that can be kept begins here.
    return new Append(next(Head.empty(event.epoch()), event).keeping(event.seq()), newEpoch);
  }

  private static Applying append(Head head, Event event, boolean newEpoch) {
    if (Chain.next(head.chain(), event.envelope(), event.data()) != event.chain()) {
      return new Broken("the chain at seq " + event.seq() + " does not follow from the one before");
    }
    return new Append(next(head, event), newEpoch);
  }

  private static Head next(Head head, Event event) {
    long lone = event.envelope().entity() == null ? event.seq() : head.lone();
    return new Head(event.epoch(), event.seq(), event.chain(), head.first(), lone);
  }
}
