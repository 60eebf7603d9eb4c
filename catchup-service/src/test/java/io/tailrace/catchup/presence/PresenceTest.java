package io.tailrace.catchup.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.tailrace.catchup.read.Answer;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import org.junit.jupiter.api.Test;

/** When it is known who is here. */
class PresenceTest {
  private static final Channel CHANNEL = new Channel("acme", "chat", "a");
  private static final Contract.Presence RULES = new Contract.Presence(3000, 9000, 4, 2);

  @Test
  void nobodyIsToldThatNobodyIsHereBeforeThatWasRead() {
    Presence presence = new Presence();

    Answer.Refused refused = assertInstanceOf(Answer.Refused.class, presence.in(CHANNEL, RULES));

    assertEquals(ProblemCode.NOT_READY, refused.problem().code());
    assertEquals(1000L, refused.problem().extras().get(Problem.RETRY_AFTER_MS));
    presence.read(true);
    assertInstanceOf(Answer.Json.class, presence.in(CHANNEL, RULES));
    presence.read(false);
    assertInstanceOf(Answer.Refused.class, presence.in(CHANNEL, RULES), "Kafka is away");
  }
}
