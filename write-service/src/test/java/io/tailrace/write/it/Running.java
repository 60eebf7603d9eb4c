package io.tailrace.write.it;

import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.token.KeyRing;
import io.tailrace.write.WriteConfig;
import io.tailrace.write.WriteService;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The service on a port, with the sequencer's stand-in behind it. */
final class Running implements AutoCloseable {
  static final String TENANT = "demo";

  final WriteService service;
  final SequencerStandIn sequencer;
  private final ServiceServer server;

  /** Waits for a commit and its seq as long as a slow machine may need them to. */
  static final WriteConfig.Tuning PATIENT = waiting(Duration.ofSeconds(60));

  Running() {
    this(PATIENT);
  }

  private static WriteConfig.Tuning waiting(Duration longest) {
    WriteConfig.Tuning usual = WriteConfig.Tuning.defaults();
    return new WriteConfig.Tuning(
        usual.lanes(),
        usual.requestsMax(),
        usual.bodyBytesMax(),
        usual.batchRowsMax(),
        usual.transactionBytesMax(),
        longest,
        longest);
  }

  Running(WriteConfig.Tuning tuning) {
    this(tuning, Contracts.shipped());
  }

  Running(WriteConfig.Tuning tuning, Contracts contracts) {
    this(tuning, contracts, KeyRing.ofSecret(TENANT, Caller.SECRET), database());
  }

  Running(
      WriteConfig.Tuning tuning, Contracts contracts, KeyRing keys, WriteConfig.Database database) {
    service = service(tuning, contracts, keys, database);
    sequencer = new SequencerStandIn();
    server = ServiceServer.start("127.0.0.1", 0, List.of(service), service.handler());
  }

  static WriteConfig.Database database() {
    var postgres = Servers.postgres();
    return new WriteConfig.Database(postgres.jdbcUrl(), postgres.user(), postgres.password());
  }

  private static WriteService service(
      WriteConfig.Tuning tuning, Contracts contracts, KeyRing keys, WriteConfig.Database database) {
    return WriteService.start(
        new WriteConfig(
            database,
            Servers.kafka().bootstrap(),
            null,
            Path.of("unused"),
            List.of(),
            tuning,
            Optional.empty()),
        keys,
        contracts);
  }

  Caller caller(String user, String... roles) {
    return new Caller(server.port(), TENANT, user, Set.of(roles));
  }

  /** A user of another tenant, whose tokens the ring's keys sign too. */
  Caller callerOf(String tenant, String user, String... roles) {
    return new Caller(server.port(), tenant, user, Set.of(roles));
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
