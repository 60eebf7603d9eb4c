package io.tailrace.standalone.launch;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Starts parts beside each other; a failure names the part. */
final class Parallel implements AutoCloseable {
  // Platform threads: the parts make threads of their own, which inherit from these.
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("start-", 0).factory());

  <T> Future<T> start(String name, Callable<T> part) {
    return threads.submit(() -> {
      try {
        return part.call();
      } catch (Exception e) {
        throw new IllegalStateException(name + " did not start: " + e.getMessage(), e);
      }
    });
  }

  static <T> T get(Future<T> part) {
    try {
      return part.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while starting", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IllegalStateException known
          ? known
          : new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    threads.close();
  }
}
