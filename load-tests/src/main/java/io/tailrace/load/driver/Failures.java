package io.tailrace.load.driver;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The first thing that must not have happened; it ends a run. Safe for all threads. */
public final class Failures {
  private final AtomicReference<@Nullable RuntimeException> first = new AtomicReference<>();

  public void fail(RuntimeException failure) {
    first.compareAndSet(null, failure);
  }

  public @Nullable RuntimeException first() {
    return first.get();
  }
}
