package io.tailrace.catchup;

import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.http.PortConfig;
import io.tailrace.schemas.http.RunningService;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.region.OtherRegions;
import io.tailrace.schemas.testkit.Certificates;
import io.tailrace.sequencer.store.HistoryOptions;
import io.tailrace.sequencer.store.Sharing;
import io.undertow.server.HttpHandler;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    return start(
        PortConfig.plain("127.0.0.1", 0),
        CatchupConfig.Calls.PLAIN,
        HistoryOptions.local(bootstrap, partitions, state),
        keys);
  }

  /** The same, for tests in which nobody is to take anything from it. */
  static CatchupInstance patient(String bootstrap, int partitions, Path keys, Path state) {
    return start(
        PortConfig.plain("127.0.0.1", 0),
        CatchupConfig.Calls.PLAIN,
        RunningCatchup.patient(bootstrap, partitions, state),
        keys);
  }

  /** A patient one whose port speaks TLS, and which trusts its own certificate and no other. */
  static CatchupInstance secure(
      Certificates.Pair pair, String bootstrap, int partitions, Path keys, Path state) {
    return start(
        PortConfig.from(
            Settings.load(
                PortConfig.keys(),
                List.of(
                    "--http.port=0",
                    "--tls.certificate=" + pair.certificate(),
                    "--tls.key=" + pair.key()),
                Map.of())),
        new CatchupConfig.Calls(true, Optional.of(pair.certificate())),
        RunningCatchup.patient(bootstrap, partitions, state),
        keys);
  }

  private static CatchupInstance start(
      PortConfig port, CatchupConfig.Calls calls, HistoryOptions store, Path keys) {
    AtomicReference<HttpHandler> handler =
        new AtomicReference<>(exchange ->
            io.tailrace.schemas.http.Respond.problem(exchange, ProblemCode.NOT_READY, "starting"));
    List<RunningService> services = new CopyOnWriteArrayList<>();
    ServiceServer server =
        ServiceServer.start(port, services, exchange -> handler.get().handleRequest(exchange));
    CatchupService service =
        CatchupService.start(
            new CatchupConfig(
                store.bootstrap(),
                store.partitions(),
                1,
                store.sharedBy(new Sharing("127.0.0.1:" + server.port(), 1)),
                keys,
                null,
                RunningCatchup.SERVICE_KEY,
                List.of(),
                OtherRegions.NONE,
                CatchupConfig.Limits.LOCAL,
                calls));
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
