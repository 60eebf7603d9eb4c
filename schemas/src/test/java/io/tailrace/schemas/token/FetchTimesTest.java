package io.tailrace.schemas.token;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import org.junit.jupiter.api.Test;

class FetchTimesTest {
  private static final URI KEYS = URI.create("https://login.example/keys");

  private final FetchTimes times = new FetchTimes();

  @Test
  void anAddressIsAskedAgainWhenItsTimeHasCome() {
    assertTrue(times.due(KEYS, false, 0));
    times.fetched(KEYS, 1);

    assertFalse(times.due(KEYS, false, FetchTimes.EVERY_NANOS - 1));
    assertTrue(times.due(KEYS, false, FetchTimes.EVERY_NANOS));
  }

  @Test
  void unknownKeysMakeItSoonerYetNotAsOftenAsStrangersLike() {
    assertTrue(times.due(KEYS, true, 0));
    times.fetched(KEYS, 1);

    assertFalse(times.due(KEYS, true, FetchTimes.LEAST_NANOS - 1));
    assertTrue(times.due(KEYS, true, FetchTimes.LEAST_NANOS));
    assertFalse(times.due(KEYS, true, FetchTimes.LEAST_NANOS + 1));
  }

  @Test
  void aFailedTryIsRepeatedSoon() {
    assertTrue(times.due(KEYS, false, 0));

    assertTrue(times.due(KEYS, false, FetchTimes.LEAST_NANOS));
  }
}
