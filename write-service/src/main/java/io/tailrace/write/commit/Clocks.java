package io.tailrace.write.commit;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The two clocks: one for what is written down, one for what is waited for.
 *
 * @param clock the time of day
 * @param nanoTime a clock that never goes back
 */
public record Clocks(InstantSource clock, LongSupplier nanoTime) {
  /** The machine's. */
  public static Clocks system() {
    return new Clocks(InstantSource.system(), System::nanoTime);
  }
}
