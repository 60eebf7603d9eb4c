package io.tailrace.write.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransactionTest {
  private static final String EVENT =
      "{\"channel\":\"chat:a\",\"type\":\"message.removed\",\"data\":{}}";
  private final Validator validator = new Validator(Contracts.shipped());

  private Validated read(String body) {
    return validator.transaction(body.getBytes(StandardCharsets.UTF_8), "demo");
  }

  private void assertInvalid(String pointer, String body) {
    Problem problem = assertInstanceOf(Validated.Invalid.class, read(body)).problem();
    assertEquals("invalid_event", problem.code().code(), problem.detail());
    assertEquals(pointer, problem.extras().get("pointer"), problem.detail());
  }

  private static String events(int count) {
    return "{\"events\":[" + String.join(",", Collections.nCopies(count, EVENT)) + "]}";
  }

  @Test
  void takesUpToAHundredEvents() {
    for (int count : new int[] {1, 99, 100}) {
      List<NewEvent> events = assertInstanceOf(Validated.Valid.class, read(events(count))).events();
      assertEquals(count, events.size());
      assertEquals("demo/chat:a", events.getFirst().channel().full());
    }
    assertInvalid("/events", events(101));
    assertInvalid("/events", events(0));
  }

  @Test
  void namesTheEventAtFault() {
    assertInvalid(
        "/events/1/channel", "{\"events\":[" + EVENT + "," + EVENT.replace("chat:a", "a") + "]}");
    assertInvalid("/events/0/channel", "{\"events\":[{\"type\":\"message.removed\",\"data\":{}}]}");
    assertInvalid(
        "/events/0/channel", "{\"events\":[" + EVENT.replace("chat:a", "nokind:a") + "]}");
    assertInvalid("/events/0/data", "{\"events\":[" + EVENT.replace("{}", "[]") + "]}");
    assertInvalid("/events/0", "{\"events\":[1]}");
    assertInvalid("/events/0/tenant", "{\"events\":[{\"tenant\":\"other\"}]}");
  }

  @Test
  void hasTheOneFieldEvents() {
    assertInvalid("", "[]");
    assertInvalid("/events", "{}");
    assertInvalid("/events", "{\"events\":{}}");
    assertInvalid("/more", "{\"more\":1}");
    assertInvalid("/events", "{\"events\":[" + EVENT + "],\"events\":[" + EVENT + "]}");
  }
}
