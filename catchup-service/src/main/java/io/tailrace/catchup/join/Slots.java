package io.tailrace.catchup.join;

import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.problem.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The answers to one request's questions, by their place in it; whoever has one puts it in, and
 * what is empty in the end is not ready. Thread: any.
 */
final class Slots {
  private static final String LATE =
      "the history store is not caught up yet: subscribe again shortly";

  private final List<JoinWire.Ask> asks;
  private final AtomicReferenceArray<JoinWire.Answer> answers;

  Slots(List<JoinWire.Ask> asks) {
    this.asks = asks;
    this.answers = new AtomicReferenceArray<>(asks.size());
  }

  void put(int place, JoinWire.Answer answer) {
    answers.set(place, answer);
  }

  /** One answer per question, in their order. */
  List<JoinWire.Answer> take() {
    List<JoinWire.Answer> all = new ArrayList<>(asks.size());
    for (int i = 0; i < asks.size(); i++) {
      JoinWire.Answer answer = answers.get(i);
      all.add(
          answer == null
              ? new JoinWire.Answer.Refused(asks.get(i).number(), ProblemCode.NOT_READY, LATE)
              : answer);
    }
    return all;
  }
}
