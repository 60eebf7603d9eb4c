package io.tailrace.relay;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tailrace.relay.publish.Halt;
import io.tailrace.schemas.http.RunningService;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.trace.Spans;
import io.undertow.server.HttpHandler;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The relay as a service. It has no paths of its own, only health and metrics.
 *
 * <p>Ready: reading the slot, or standing by while another relay does.
 */
public final class RelayService implements RunningService {
  private static final Logger LOG = LoggerFactory.getLogger(RelayService.class);
  private static final String NAME = "cdc-relay";
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(25);

  private final PrometheusMeterRegistry registry;
  private final Leadership leadership;
  private final Spans spans;
  private final Thread thread;

  private RelayService(PrometheusMeterRegistry registry, Leadership leadership, Spans spans) {
    this.spans = spans;
    this.registry = registry;
    this.leadership = leadership;
    this.thread = Thread.ofPlatform().name("relay-lead").unstarted(leadership);
  }

  /**
   * Starts the relay; returns at once.
   *
   * @param halt ends the process; called, on any thread, when the relay must not or cannot go on
   */
  public static RelayService start(
      RelayConfig config, PrometheusMeterRegistry registry, Halt halt, InstantSource clock) {
    Spans spans = Spans.to(config.otlp(), NAME);
    RelayMetrics metrics = new RelayMetrics(registry, clock, spans);
    Halt counted =
        (reason, cause) -> {
          metrics.halted();
          LOG.atError().setCause(cause).addKeyValue("reason", reason).log("the relay halts");
          halt.halt(reason, cause);
        };
    RelayService service =
        new RelayService(registry, new Leadership(config, metrics, counted, clock), spans);
    service.thread.start();
    return service;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public HttpHandler handler() {
    return ServiceServer::notFound;
  }

  @Override
  public boolean ready() {
    return streaming() || leadership.stage() == Leadership.Stage.STANDING_BY;
  }

  /** Whether this relay reads the slot now. */
  public boolean streaming() {
    return leadership.stage() == Leadership.Stage.STREAMING;
  }

  @Override
  public PrometheusMeterRegistry metrics() {
    return registry;
  }

  @Override
  public void close() {
    leadership.stop();
    try {
      thread.join(CLOSE_WAIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    spans.close();
  }
}
