package io.tailrace.standalone.launch;

import io.tailrace.schemas.http.RunningService;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was started, stopped against the way of an event, each part within a time: one that hangs
 * must not keep PostgreSQL from its clean stop. The order is the parts' own and not that of their
 * start, since they start beside each other.
 */
final class StopOrder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StopOrder.class);
  private static final Duration EACH_WITHIN = Duration.ofSeconds(10);

  /** The parts, in the order in which they stop. */
  enum Part {
    // Its sockets live on the server's threads, so it says goodbye while they run.
    GATEWAY("edge-gateway"),
    HTTP("http"),
    INTERNAL("internal http"),
    CONSOLE("console"),
    CATCHUP("catchup-service"),
    SEQUENCER("sequencer-streams"),
    RELAY("cdc-relay"),
    WRITE("write-service"),
    KAFKA("Kafka"),
    POSTGRES("PostgreSQL");

    private final String title;

    Part(String title) {
      this.title = title;
    }

    /** For people. */
    String title() {
      return title;
    }
  }

  private final Map<Part, AutoCloseable> started = new EnumMap<>(Part.class);
  private boolean closed;

  /**
   * Keeps what was started.
   *
   * @throws IllegalStateException where everything was stopped meanwhile: then this part is, too
   */
  synchronized <T extends AutoCloseable> T add(Part part, T running) {
    if (closed) {
      stop(part, running);
      throw new IllegalStateException("stopped while it was starting");
    }
    started.put(part, running);
    return running;
  }

  @Override
  public synchronized void close() {
    closed = true;
    started.forEach(StopOrder::stop);
    started.clear();
  }

  private static void stop(Part part, AutoCloseable running) {
    if (running instanceof RunningService service) {
      service.leave(); // which has a bound of its own
    }
    Thread thread =
        Thread.ofPlatform()
            .name("stop-" + part.title())
            .daemon()
            .start(() -> {
              try {
                running.close();
              } catch (Exception e) {
                LOG.atWarn().setCause(e).addKeyValue("part", part.title()).log("stop failed");
              }
            });
    try {
      if (!thread.join(EACH_WITHIN)) {
        LOG.atWarn().addKeyValue("part", part.title()).log("did not stop in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
