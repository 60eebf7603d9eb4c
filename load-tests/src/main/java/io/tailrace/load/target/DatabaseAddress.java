package io.tailrace.load.target;

import io.tailrace.standalone.cli.CommandException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Where the system's database is. While the system is down, nothing says so: then the last address
 * stands, where a connect fails as it should. Safe for all threads.
 */
final class DatabaseAddress implements Supplier<String> {
  private final Supplier<String> source;
  private final AtomicReference<String> last;

  /**
   * Asks for the first time.
   *
   * @throws CommandException if the system does not run now
   */
  DatabaseAddress(Supplier<String> source) {
    this.source = source;
    this.last = new AtomicReference<>(source.get());
  }

  @Override
  public String get() {
    try {
      last.set(source.get());
    } catch (CommandException _) {
      // Between two lives of the system; the last address it is.
    }
    return last.get();
  }
}
