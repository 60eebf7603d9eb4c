package io.tailrace.standalone.launch;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parts that were started, stopped in the opposite order, each within a time: one that hangs must
 * not keep PostgreSQL from its clean stop.
 */
final class StopOrder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StopOrder.class);
  private static final Duration EACH_WITHIN = Duration.ofSeconds(10);

  private final Deque<Part> started = new ArrayDeque<>();

  private record Part(String name, AutoCloseable part) {}

  synchronized <T extends AutoCloseable> T add(String name, T part) {
    started.push(new Part(name, part));
    return part;
  }

  @Override
  public synchronized void close() {
    while (!started.isEmpty()) {
      stop(started.pop());
    }
  }

  private static void stop(Part part) {
    Thread thread =
        Thread.ofPlatform()
            .name("stop-" + part.name())
            .daemon()
            .start(() -> {
              try {
                part.part().close();
              } catch (Exception e) {
                LOG.atWarn().setCause(e).addKeyValue("part", part.name()).log("stop failed");
              }
            });
    try {
      if (!thread.join(EACH_WITHIN)) {
        LOG.atWarn().addKeyValue("part", part.name()).log("did not stop in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
