package io.tailrace.standalone.console;

import io.tailrace.gateway.GatewayService;
import io.tailrace.gateway.shard.Sight;
import io.tailrace.schemas.http.RunningService;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Those of this JVM.
 *
 * @param services all of them
 * @param gateway the one whose channels and connections are shown
 */
public record LocalParts(List<RunningService> services, GatewayService gateway) implements Parts {
  /** Copies the list. */
  public LocalParts {
    services = List.copyOf(services);
  }

  @Override
  public String scrape() {
    StringBuilder text = new StringBuilder();
    services.forEach(service -> text.append(service.metrics().scrape()));
    return text.toString();
  }

  @Override
  public CompletableFuture<List<Sight>> look(String tenant, int most) {
    return gateway.look(tenant, most);
  }

  @Override
  public CompletableFuture<List<Long>> arrivedMs(String channel, long seq) {
    return gateway.arrivedMs(channel, seq);
  }
}
