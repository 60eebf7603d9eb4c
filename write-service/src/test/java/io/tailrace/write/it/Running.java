package io.tailrace.write.it;

import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.token.KeyRing;
import io.tailrace.write.WriteConfig;
import io.tailrace.write.WriteService;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The service on a port, with the sequencer's stand-in behind it. */
final class Running implements AutoCloseable {
  static final String TENANT = "demo";

  final WriteService service;
  final SequencerStandIn sequencer;
  private final ServiceServer server;

  Running() {
    this(WriteConfig.Tuning.defaults());
  }

  Running(WriteConfig.Tuning tuning) {
    this(tuning, Contracts.shipped());
  }

  Running(WriteConfig.Tuning tuning, Contracts contracts) {
    service = service(tuning, contracts);
    sequencer = new SequencerStandIn();
    server = ServiceServer.start("127.0.0.1", 0, List.of(service), service.handler());
  }

  private static WriteService service(WriteConfig.Tuning tuning, Contracts contracts) {
    var postgres = Servers.postgres();
    return WriteService.start(
        new WriteConfig(
            new WriteConfig.Database(postgres.jdbcUrl(), postgres.user(), postgres.password()),
            Servers.kafka().bootstrap(),
            null,
            Path.of("unused"),
            List.of(),
            tuning),
        KeyRing.ofSecret(TENANT, Caller.SECRET),
        contracts);
  }

  Caller caller(String user, String... roles) {
    return new Caller(server.port(), TENANT, user, Set.of(roles));
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.port());
  }

  @Override
  public void close() {
    server.close();
    service.close();
    sequencer.close();
  }
}
