package io.tailrace.gateway.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.gateway.fanout.Input;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.problem.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class InboxTest {
  private final AtomicInteger waits = new AtomicInteger();
  private final AtomicInteger inputs = new AtomicInteger();
  private final Inbox inbox = new Inbox(1000, waits::incrementAndGet, inputs::incrementAndGet);

  private Inbox closing = inbox;

  private static List<JoinWire.Answer> answers(int count) {
    List<JoinWire.Answer> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      answers.add(new JoinWire.Answer.Refused(i, ProblemCode.NOT_READY, ""));
    }
    return answers;
  }

  private List<Input> turn() {
    List<Input> taken = new ArrayList<>();
    inbox.takeTurn(taken::add);
    return taken;
  }

  @Test
  void aTurnTakesFewAnswersHoweverManyCome() {
    inbox.putAnswers(answers(500));

    long number = 0;
    for (List<Input> turn = turn(); !turn.isEmpty(); turn = turn()) {
      assertEquals(1, turn.size());
      List<JoinWire.Answer> taken = ((Input.Joined) turn.getFirst()).answers();
      assertTrue(taken.size() <= Inbox.ANSWERS_PER_TURN);
      for (JoinWire.Answer answer : taken) {
        assertEquals(number++, answer.number());
      }
    }
    assertEquals(500, number);
  }

  @Test
  void aTurnTakesNotAllOfAFullInbox() throws InterruptedException {
    for (int i = 0; i < 1000; i++) {
      inbox.put(new Input.Tick());
    }
    assertEquals(Inbox.INPUTS_PER_TURN, turn().size());
    assertEquals(1000, inputs.get());
    assertEquals(0, waits.get());
  }

  @Test
  void whoFindsItFullWaitsUntilItIsClosed() throws InterruptedException {
    Inbox small = new Inbox(1, this::closeAfterTwo, inputs::incrementAndGet);
    closing = small;
    small.put(new Input.Tick());
    small.put(new Input.Tick());
    assertEquals(2, waits.get());
    assertTrue(small.isClosed());
  }

  private void closeAfterTwo() {
    if (waits.incrementAndGet() == 2) {
      closing.close();
    }
  }
}
