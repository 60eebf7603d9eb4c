package io.tailrace.catchup;

import io.tailrace.schemas.http.RunningService;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.sequencer.store.HistoryOptions;
import io.tailrace.sequencer.store.Sharing;
import io.undertow.server.HttpHandler;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/** One of several catch-up services that share a log in this JVM. */
final class CatchupInstance implements AutoCloseable {
  private final ServiceServer server;
  private final CatchupService service;

  private CatchupInstance(ServiceServer server, CatchupService service) {
    this.server = server;
    this.service = service;
  }

  /** With one standby of every partition; its port is bound first, since it has to be told. */
  static CatchupInstance start(String bootstrap, int partitions, Path keys, Path state) {
    AtomicReference<HttpHandler> handler =
        new AtomicReference<>(exchange ->
            io.tailrace.schemas.http.Respond.problem(exchange, ProblemCode.NOT_READY, "starting"));
    List<RunningService> services = new CopyOnWriteArrayList<>();
    ServiceServer server =
        ServiceServer.start(
            "127.0.0.1", 0, services, exchange -> handler.get().handleRequest(exchange));
    CatchupService service =
        CatchupService.start(
            new CatchupConfig(
                bootstrap,
                partitions,
                1,
                HistoryOptions.local(bootstrap, partitions, state)
                    .sharedBy(new Sharing("127.0.0.1:" + server.port(), 1)),
                keys,
                null,
                RunningCatchup.SERVICE_KEY,
                List.of(),
                CatchupConfig.Limits.LOCAL,
                CatchupConfig.Calls.PLAIN));
    handler.set(service.handler());
    services.add(service);
    return new CatchupInstance(server, service);
  }

  int port() {
    return server.port();
  }

  boolean ready() {
    return service.ready();
  }

  @Override
  public void close() {
    service.close();
    server.close();
  }
}
