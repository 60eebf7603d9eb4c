package io.tailrace.write.commit;

import java.time.InstantSource;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * New event ids: UUIDs of version 7 (RFC 9562, section 5.7), whose first 48 bits are the time in
 * milliseconds, so that the outbox's index grows at one end. Thread-safe where the generator is.
 */
public final class EventIds {
  private static final HexFormat HEX = HexFormat.of();

  private final InstantSource clock;
  private final RandomGenerator random;

  /** Ids from this clock and this source of 74 random bits each. */
  public EventIds(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /** The next id, in canonical text form. */
  public String next() {
    long high = clock.millis() << 16 | 0x7000L | random.nextLong() & 0xfffL;
    long low = 0x8000_0000_0000_0000L | random.nextLong() >>> 2;
    String h = HEX.toHexDigits(high);
    String l = HEX.toHexDigits(low);
    return h.substring(0, 8)
        + '-'
        + h.substring(8, 12)
        + '-'
        + h.substring(12)
        + '-'
        + l.substring(0, 4)
        + '-'
        + l.substring(4);
  }
}
