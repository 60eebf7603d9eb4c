package io.tailrace.standalone.console;

import io.tailrace.gateway.GatewayService;
import io.tailrace.schemas.http.RunningService;
import java.util.List;

/**
 * The services that are looked at, of this JVM.
 *
 * @param services all of them
 * @param gateway the one whose channels and connections are shown
 */
public record Parts(List<RunningService> services, GatewayService gateway) {
  /** Copies the list. */
  public Parts {
    services = List.copyOf(services);
  }

  /** What all of them count now, as Prometheus reads it. */
  String scrape() {
    StringBuilder text = new StringBuilder();
    services.forEach(service -> text.append(service.metrics().scrape()));
    return text.toString();
  }
}
