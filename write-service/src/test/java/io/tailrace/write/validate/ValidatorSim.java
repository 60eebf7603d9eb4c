package io.tailrace.write.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Nearly right bodies: each is taken whole or refused with a documented code, nothing else. */
class ValidatorSim {
  private static final int BODIES = 200_000;
  private static final Set<ProblemCode> CODES =
      Set.of(
          ProblemCode.BAD_REQUEST,
          ProblemCode.INVALID_EVENT,
          ProblemCode.NOT_AVAILABLE,
          ProblemCode.TOO_LARGE);

  @Test
  void nothingElseHappens() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("ValidatorSim -Dseed=" + seed);
    Random random = new Random(seed);
    Validator validator = new Validator(Contracts.shipped());
    Channel channel = new Channel("demo", "chat", "lobby");
    Map<ProblemCode, Integer> refused = new EnumMap<>(ProblemCode.class);
    int taken = 0;

    for (int i = 0; i < BODIES; i++) {
      byte[] body = Bodies.next(random);
      switch (validator.event(body, channel)) {
        case Validated.Valid valid -> {
          taken++;
          NewEvent event = valid.events().getFirst();
          String whole = new String(body, StandardCharsets.UTF_8).replace("\r", "");
          assertTrue(whole.contains(event.data()), whole);
          assertEquals(event.data().getBytes(StandardCharsets.UTF_8).length, event.bytes());
          assertEquals(event.data().strip(), event.data(), whole);
        }
        case Validated.Invalid invalid -> {
          assertTrue(CODES.contains(invalid.problem().code()));
          refused.merge(invalid.problem().code(), 1, Integer::sum);
        }
      }
    }

    assertTrue(taken > BODIES / 10, "taken: " + taken);
    assertTrue(refused.size() >= 3, refused.toString());
  }
}
