package io.tailrace.schemas.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProblemTest {
  @ParameterizedTest
  @EnumSource(ProblemCode.class)
  void whatPassesByItselfSaysWhenToTryAgain(ProblemCode code) {
    Object wait = Problem.of(code, "no").extras().get(Problem.RETRY_AFTER_MS);
    if (code.retry() == ProblemCode.Retry.AFTER) {
      assertNotNull(wait, code + " names no time");
    } else {
      assertNull(wait, code + " does not pass by waiting");
    }
  }

  @Test
  void aTimeThatIsNamedStands() {
    Problem problem = Problem.retryAfter(ProblemCode.RATE_LIMITED, "no", 250);
    assertEquals(250L, problem.extras().get(Problem.RETRY_AFTER_MS));
  }
}
