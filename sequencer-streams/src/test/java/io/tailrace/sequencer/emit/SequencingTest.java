package io.tailrace.sequencer.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Position;
import io.tailrace.sequencer.dedupe.PositionBytes;
import io.tailrace.sequencer.number.ChannelState;
import io.tailrace.sequencer.number.StepBackException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SequencingTest {
  private final PartitionFold fold = new PartitionFold();

  private static Position at(int incarnation, int timeline, long after, long xid, int index) {
    return new Position(incarnation, timeline, after, xid, index);
  }

  @Test
  void numbersEachChannelByItself() {
    fold.take(Rows.row("a", 1, at(1, 1, 0, 7, 0)));
    fold.take(Rows.row("b", 2, at(1, 1, 0, 7, 1)));
    fold.take(Rows.row("c", 1, at(1, 1, 9, 8, 0)));

    assertEquals(List.of(1L, 1L, 2L), fold.emitted().stream().map(e -> e.place().seq()).toList());
  }

  @Test
  void theFirstChainFollowsFromTheEpoch() {
    Input.Row row = Rows.row("a", 1, at(3, 1, 0, 7, 0));

    fold.take(row);

    assertEquals(
        new ChannelState(
            3, 1, Chain.next(Chain.start(3), row.record().envelope(), row.record().data())),
        fold.emitted().getFirst().place());
  }

  @Test
  void dropsRowsOfOneTransactionThatCameBefore() {
    fold.take(Rows.row("a", 1, at(1, 1, 0, 7, 0)));
    fold.take(Rows.row("b", 1, at(1, 1, 0, 7, 1)));

    fold.take(Rows.row("a", 1, at(1, 1, 0, 7, 0)));
    fold.take(Rows.row("b", 1, at(1, 1, 0, 7, 1)));
    fold.take(Rows.row("c", 1, at(1, 1, 0, 7, 2)));

    assertEquals(List.of("a", "b", "c"), fold.ids());
    assertEquals(2, fold.dropped());
  }

  @Test
  void aStreamThatBeganLaterMayNameAnEarlierStart() {
    // Both streams read the transaction that committed at 20; one knows the commit at 10 before
    // it, the other began at 15. Whichever comes second is the repeat.
    fold.take(Rows.row("a", 1, at(1, 1, 15, 8, 0)));

    assertInstanceOf(Decision.Drop.class, fold.take(Rows.row("a", 1, at(1, 1, 10, 8, 0))));
  }

  @Test
  void comparesLogPositionsUnsigned() {
    fold.take(Rows.row("a", 1, at(1, 1, Long.MAX_VALUE, 8, 0)));
    fold.take(Rows.row("b", 1, at(1, 1, Long.MIN_VALUE, 9, 0)));

    assertEquals(List.of("a", "b"), fold.ids());
  }

  @Test
  void anotherTimelineOrIncarnationFencesTheOneBefore() {
    fold.take(Rows.row("a", 1, at(1, 1, 90, 8, 0)));
    fold.take(Rows.row("again", 1, at(1, 2, 50, 8, 0)));
    fold.take(Rows.row("b", 1, at(1, 2, 95, 9, 0)));
    fold.take(Rows.row("late", 1, at(1, 1, 99, 10, 0)));
    fold.take(Rows.row("a", 1, at(2, 1, 0, 3, 0)));
    fold.take(Rows.row("later", 1, at(1, 2, 99, 9, 0)));

    assertEquals(List.of("a", "b", "a"), fold.ids());
    assertEquals(2, fold.emitted().get(1).place().seq());
    assertEquals(2, fold.emitted().get(2).place().epoch());
    assertEquals(1, fold.emitted().get(2).place().seq());
  }

  @Test
  void aRebuildEndsWithAMarkAndTheStreamGoesOnBehindIt() {
    fold.take(Rows.row("a", 1, at(1, 1, 90, 8, 0)));
    fold.take(Rows.row("a", 1, at(2, 1, 0, 0, 0)));
    fold.take(new Input.Mark(at(2, 1, 0, 0, 1)));

    fold.take(new Input.Mark(at(2, 1, 0, 0, 1)));
    fold.take(Rows.row("late", 1, at(1, 1, 95, 9, 0)));
    fold.take(Rows.row("b", 1, at(2, 1, 100, 10, 0)));

    assertEquals(List.of(2), fold.marks());
    assertEquals(List.of("a", "a", "b"), fold.ids());
    assertEquals(2, fold.emitted().getLast().place().epoch());
    assertEquals(2, fold.emitted().getLast().place().seq());
  }

  @Test
  void whatCannotBeReadTakesNoSeqAndIsBuriedOnce() {
    fold.take(Rows.row("a", 1, at(1, 1, 0, 7, 0)));
    Input broken = new Input.Unreadable(at(1, 1, 10, 8, 0), "header ce_id is missing");

    fold.take(broken);
    fold.take(broken);
    fold.take(new Input.Unreadable(null, "the record has no key"));
    fold.take(Rows.row("b", 1, at(1, 1, 20, 9, 0)));

    assertEquals(2, fold.emitted().getLast().place().seq());
    assertEquals(2, fold.letters().size());
    assertEquals(1, fold.dropped());
  }

  @Test
  void whatIsTooLargeIsBuried() {
    Input.Row row = Rows.row("a", 1, at(1, 1, 0, 7, 0));

    fold.take(new Input.Row(row.record(), Sequencing.EVENT_BYTES_MAX + 1));
    fold.take(
        new Input.Row(Rows.row("b", 1, at(1, 1, 0, 8, 0)).record(), Sequencing.EVENT_BYTES_MAX));

    assertEquals(Decision.Reason.OVERSIZED, fold.letters().getFirst().reason());
    assertEquals(List.of("b"), fold.ids());
  }

  @Test
  void aStateOfALaterEpochIsNoStateOfThisLog() {
    ChannelState later = new ChannelState(2, 5, 1);
    Input.Row row = Rows.row("a", 1, at(1, 1, 0, 7, 0));

    assertThrows(StepBackException.class, () -> Sequencing.decide(null, later, row));
  }

  @Test
  void storedFormsComeBackAsTheyWere() {
    Position position = at(1, 2, -3, 4, 5);
    ChannelState state = new ChannelState(1, Long.MAX_VALUE, -1);

    assertEquals(position, PositionBytes.decode(PositionBytes.encode(position)));
    assertEquals(state, ChannelState.decode(state.encode()));
    assertThrows(IllegalArgumentException.class, () -> PositionBytes.decode(new byte[3]));
    assertThrows(IllegalArgumentException.class, () -> ChannelState.decode(new byte[3]));
  }

  /**
   * Every interleaving of two streams over three transactions: the second stream begins at any
   * commit that the first had appended up to by then, and either may stop anywhere; a third one
   * finishes. Whatever happened, the log is the commit order.
   */
  @Test
  void everyInterleavingOfTwoStreamsIsTheCommitOrder() {
    int checked = 0;
    for (int start = 0; start <= 3; start++) {
      List<Input> first = stream(0);
      List<Input> second = stream(start);
      int before = first.size() - second.size();
      List<Input> prefix = first.subList(0, before);
      for (List<Input> mixed : interleavings(first.subList(before, first.size()), second)) {
        for (int stop = 0; stop <= mixed.size(); stop++) {
          PartitionFold log = new PartitionFold();
          prefix.forEach(log::take);
          mixed.subList(0, stop).forEach(log::take);
          stream(start).forEach(log::take);
          assertEquals(List.of("a", "b", "c", "d", "e"), log.ids());
          checked++;
        }
      }
    }
    assertEquals(2943, checked);
  }

  /** Transactions 1 {a, b}, 2 {c}, 3 {d, e}, committed at 10, 20, 30, as read from a start. */
  private static List<Input> stream(int fromTransaction) {
    String[][] rows = {{"a", "b"}, {"c"}, {"d", "e"}};
    List<Input> stream = new ArrayList<>();
    for (int t = fromTransaction; t < rows.length; t++) {
      for (int i = 0; i < rows[t].length; i++) {
        // Transaction ids are not in commit order.
        stream.add(Rows.row(rows[t][i], 1, at(1, 1, 10L * t, 90 - t, i)));
      }
    }
    return stream;
  }

  private static List<List<Input>> interleavings(List<Input> a, List<Input> b) {
    if (a.isEmpty() || b.isEmpty()) {
      List<Input> rest = new ArrayList<>(a);
      rest.addAll(b);
      return List.of(rest);
    }
    List<List<Input>> all = new ArrayList<>();
    for (List<Input> tail : interleavings(a.subList(1, a.size()), b)) {
      all.add(prepend(a.getFirst(), tail));
    }
    for (List<Input> tail : interleavings(a, b.subList(1, b.size()))) {
      all.add(prepend(b.getFirst(), tail));
    }
    return all;
  }

  private static List<Input> prepend(Input head, List<Input> tail) {
    List<Input> all = new ArrayList<>();
    all.add(head);
    all.addAll(tail);
    return all;
  }
}
