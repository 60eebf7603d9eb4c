package io.tailrace.schemas.http;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.undertow.server.HttpHandler;

/** A started service, whether it has a process of its own or shares one. */
public interface RunningService extends AutoCloseable {
  /** Its name, such as {@code write-service}. */
  String name();

  /** Answers its paths below {@code /v1} and {@code /internal}; 404 for all others. */
  HttpHandler handler();

  /** Whether it does its work now; asked by {@code /health/ready}. Cheap, from any thread. */
  boolean ready();

  /** Its metrics. */
  PrometheusMeterRegistry metrics();

  /**
   * Leaves, before it is closed: takes nobody new and lets those who are there go. Returns when all
   * have gone or have had the time, which is bounded; a {@link #close} from another thread ends it
   * early. Does nothing where a service has nobody who stays.
   */
  default void leave() {}

  /** Stops within a bounded time, at most some seconds; does nothing the second time. */
  @Override
  void close();
}
