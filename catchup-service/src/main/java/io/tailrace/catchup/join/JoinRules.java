package io.tailrace.catchup.join;

import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.name.Channel;
import io.tailrace.sequencer.store.Head;
import io.tailrace.sequencer.store.HistoryReader;
import org.jspecify.annotations.Nullable;

/**
 * The barrier: a view answers only once it has passed what the gateway's window begins with, so
 * that nothing can stand in neither. Head, chain and visibility come from that one view.
 */
final class JoinRules {
  private JoinRules() {}

  /** The answer of this moment; null where the view is not far enough yet. */
  static JoinWire.Answer.@Nullable View answer(
      HistoryReader.View view, Channel channel, JoinWire.Ask ask) {
    Head head = view.head(channel);
    boolean passed = view.position() >= ask.from() && head.epoch() >= ask.epoch();
    boolean has = head.epoch() > ask.epoch() || head.seq() >= ask.minSeq();
    if (!passed || !has) {
      return null;
    }
    Long after = ask.after();
    Long chain = after == null || after > head.seq() ? null : view.chainAt(channel, after);
    // Who may read at all was decided by token and contract; membership will begin later than 1.
    return new JoinWire.Answer.View(
        ask.number(), head.epoch(), head.seq(), view.position(), 1, JoinWire.Entry.TOKEN, chain);
  }
}
