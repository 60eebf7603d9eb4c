package io.tailrace.gateway.shard;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class DeadlinesTest {
  private final Deadlines deadlines = new Deadlines(200);

  @Test
  void aTickInTimeJudges() {
    assertTrue(deadlines.mayJudge(1000));
    assertTrue(deadlines.mayJudge(1200));
    assertTrue(deadlines.mayJudge(1600));
  }

  @Test
  void afterALateTickClientsAreHeardOnceAndThenJudged() {
    assertTrue(deadlines.mayJudge(1000));
    assertFalse(deadlines.mayJudge(7000));
    assertTrue(deadlines.mayJudge(7001));
    assertTrue(deadlines.mayJudge(7201));
  }

  @Test
  void aThreadThatIsLateAgainAndAgainStillJudges() {
    assertTrue(deadlines.mayJudge(1000));
    assertFalse(deadlines.mayJudge(7000));
    assertTrue(deadlines.mayJudge(14_000));
    assertFalse(deadlines.mayJudge(21_000));
    assertTrue(deadlines.mayJudge(28_000));
  }
}
