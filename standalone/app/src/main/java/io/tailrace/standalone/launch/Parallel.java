package io.tailrace.standalone.launch;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Starts parts beside each other; a failure names the part. What has started is stopped with the
 * others even where its neighbour fails.
 */
final class Parallel implements AutoCloseable {
  // Platform threads: the parts make threads of their own, which inherit from these.
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("start-", 0).factory());

  private final StopOrder parts;

  Parallel(StopOrder parts) {
    this.parts = parts;
  }

  <T extends AutoCloseable> Future<T> start(StopOrder.Part part, Callable<T> starting) {
    return threads.submit(() -> {
      try {
        return parts.add(part, starting.call());
      } catch (Exception e) {
        throw new IllegalStateException(part.title() + " did not start: " + e.getMessage(), e);
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
