package io.tailrace.schemas.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class FarClockTest {
  private static final long MINUTE = 60_000;
  private static final long DAY_MS = 1_700_000_000_000L;

  /** The reader's two clocks; the other region's is ahead of them by so much. */
  private final FarClock clock = new FarClock();

  private long aheadMs;

  /** The age of what was written then and is read now, in milliseconds since the start. */
  private long age(long writtenMs, long nowMs) {
    return clock.ageMs(DAY_MS + writtenMs + aheadMs, DAY_MS + nowMs, nowMs);
  }

  /** A record every second, each mirrored within 100 ms. */
  private void live(long fromMs, long toMs) {
    for (long nowMs = fromMs; nowMs < toMs; nowMs += 1000) {
      age(nowMs - 100, nowMs);
    }
  }

  @Test
  void whatComesAtOnceIsNew() {
    live(0, 5 * MINUTE);

    assertEquals(0, age(5 * MINUTE, 5 * MINUTE + 100));
    assertEquals(400, age(5 * MINUTE, 5 * MINUTE + 500), "later than the quickest");
  }

  @Test
  void whatWaitedWhileTheMirrorWasCutOffIsAsOldAsItIs() {
    live(0, 5 * MINUTE);
    long nowMs = 65 * MINUTE;

    for (long minute = 55; minute < 65; minute++) {
      assertEquals(
          (65 - minute) * MINUTE - 100, age(minute * MINUTE, nowMs), "written at " + minute);
    }
    assertEquals(0, age(nowMs, nowMs + 100));
  }

  @Test
  void whatWaitedIsKnownForOldHoweverTheOtherClockIsSet() {
    for (long ahead : new long[] {-90 * MINUTE, 90 * MINUTE}) {
      FarClock apart = new FarClock();
      for (long nowMs = 0; nowMs < 25 * MINUTE; nowMs += 1000) {
        apart.ageMs(DAY_MS + ahead + nowMs, DAY_MS + nowMs, nowMs);
      }

      long nowMs = 40 * MINUTE;
      long age = apart.ageMs(DAY_MS + ahead + 30 * MINUTE, DAY_MS + nowMs, nowMs);

      assertEquals(10 * MINUTE, age, "ahead by " + ahead);
    }
  }

  @Test
  void aReaderThatBeginsBehindACutTakesItsOwnTimeOfDay() {
    assertEquals(9 * MINUTE, age(0, 9 * MINUTE));
    assertEquals(MINUTE, age(8 * MINUTE, 9 * MINUTE));
  }

  @Test
  void aReaderThatBeginsWithinACutKnowsWhatWaitedSinceForOld() {
    assertEquals(5 * MINUTE, age(0, 5 * MINUTE), "read back");
    assertEquals(3 * MINUTE, age(7 * MINUTE, 10 * MINUTE));
    assertEquals(0, age(10 * MINUTE, 10 * MINUTE));
  }

  @Test
  void aClockThatWasBehindFromTheStartHidesForAMinuteOnly() {
    aheadMs = -30 * MINUTE;
    assertEquals(30 * MINUTE, age(0, 0));
    live(0, 2 * MINUTE);

    assertTrue(age(2 * MINUTE, 2 * MINUTE + 100) <= 100);
  }

  @Test
  void aClockThatIsSetBackHidesForTwoPeriodsAtMost() {
    live(0, 30 * MINUTE);
    aheadMs = -30 * MINUTE;
    assertTrue(age(30 * MINUTE, 30 * MINUTE) > 29 * MINUTE);
    live(30 * MINUTE, 51 * MINUTE);

    assertEquals(0, age(51 * MINUTE, 51 * MINUTE + 100));
  }

  @Test
  void aClockThatIsSetForwardHidesNobody() {
    live(0, 5 * MINUTE);
    aheadMs = 30 * MINUTE;

    assertEquals(0, age(5 * MINUTE, 5 * MINUTE + 100));
    assertEquals(MINUTE, age(5 * MINUTE, 6 * MINUTE + 100));
  }
}
