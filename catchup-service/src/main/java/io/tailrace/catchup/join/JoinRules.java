package io.tailrace.catchup.join;

import io.tailrace.catchup.auth.Reader;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.sequencer.store.Head;
import io.tailrace.sequencer.store.HistoryReader;
import org.jspecify.annotations.Nullable;

/**
 * The barrier: a view answers only once it has passed what the gateway's window begins with, so
 * that nothing can stand in neither. Head, chain, membership and visibility come from that one
 * view, and a refusal too: at an earlier place the asker may not have been added yet.
 */
final class JoinRules {
  private JoinRules() {}

  /** The answer of this moment; null where the view is not far enough yet. */
  static JoinWire.@Nullable Answer answer(
      HistoryReader.View view, Reader reader, JoinWire.Ask ask) {
    Head head = view.head(reader.channel());
    boolean passed = view.position() >= ask.from() && head.epoch() >= ask.epoch();
    boolean has = head.epoch() > ask.epoch() || head.seq() >= ask.minSeq();
    if (!passed || !has) {
      return null;
    }
    return switch (reader.in(view)) {
      case Reader.Standing.Refused _ ->
          new JoinWire.Answer.Refused(
              ask.number(), Problem.UNREADABLE.code(), Problem.UNREADABLE.detail());
      case Reader.Standing.Reads reads -> view(view, reader, ask, reads);
    };
  }

  private static JoinWire.Answer view(
      HistoryReader.View view, Reader reader, JoinWire.Ask ask, Reader.Standing.Reads reads) {
    HistoryReader.View seen = view.seenFrom(reader.channel(), reads.visibleFrom());
    Head head = seen.head(reader.channel());
    Long after = ask.after();
    Long chain = after == null || after > head.seq() ? null : seen.chainAt(reader.channel(), after);
    return new JoinWire.Answer.View(
        ask.number(),
        head.epoch(),
        head.seq(),
        view.position(),
        reads.visibleFrom(),
        reads.entry(),
        reads.role(),
        chain);
  }
}
