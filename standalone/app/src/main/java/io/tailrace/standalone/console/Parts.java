package io.tailrace.standalone.console;

import io.tailrace.gateway.shard.Sight;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The services that are looked at, wherever they run. Any thread; who asks bounds the wait. */
public interface Parts {
  /** What all of them count now, as Prometheus reads it; those that do not answer are left out. */
  String scrape() throws InterruptedException;

  /** What the gateways' shards show of a tenant, of each at most so many. */
  CompletableFuture<List<Sight>> look(String tenant, int most);

  /** When an event came to the gateways' shards; 0 where it is not known. */
  CompletableFuture<List<Long>> arrivedMs(String channel, long seq);
}
