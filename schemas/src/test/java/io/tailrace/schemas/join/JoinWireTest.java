package io.tailrace.schemas.join;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JoinWireTest {
  private static final Identity ANN =
      new Identity("demo", "ann\u2028", "phone", Set.of("admin"), List.of("chat:*"), Instant.EPOCH);
  private static final Identity BOB =
      new Identity("demo", "bob", null, Set.of(), null, Instant.EPOCH);

  @Test
  void questionsComeAcrossAsTheyWere() throws IOException {
    List<JoinWire.Ask> asks =
        List.of(
            new JoinWire.Ask(1, ANN, "chat:a", 3, 100, 7, 2, 9L),
            new JoinWire.Ask(Long.MAX_VALUE, BOB, "chat:b", 0, 0, 0, 0, null));

    assertEquals(asks, JoinWire.decodeAsks(JoinWire.encodeAsks(asks)));
  }

  @Test
  void answersComeAcrossAsTheyWere() throws IOException {
    List<JoinWire.Answer> answers =
        List.of(
            new JoinWire.Answer.View(1, 2, 9, 100, 1, JoinWire.Entry.OPEN, null, -1L),
            new JoinWire.Answer.View(2, 2, 9, 100, 5, JoinWire.Entry.MEMBER, "owner", null),
            new JoinWire.Answer.Refused(3, ProblemCode.FORBIDDEN, "no"));

    assertEquals(answers, JoinWire.decodeAnswers(JoinWire.encodeAnswers(answers)));
  }

  @Test
  void whatIsNoJoinIsRefused() {
    for (String bad : List.of("", "{}", "[]", "{\"asks\":{}}", "x")) {
      byte[] bytes = bad.getBytes(StandardCharsets.UTF_8);
      assertThrows(IOException.class, () -> JoinWire.decodeAsks(bytes), bad);
      assertThrows(IOException.class, () -> JoinWire.decodeAnswers(bytes), bad);
    }
  }
}
