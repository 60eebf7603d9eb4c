package io.tailrace.load.input;

import io.tailrace.load.driver.Http;
import io.tailrace.load.target.Target;
import io.tailrace.standalone.launch.Installation;
import io.tailrace.standalone.launch.Standalone;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/** The whole system in this JVM, for one test class. */
final class RunningSystem implements AutoCloseable {
  private final Standalone standalone;
  private final Installation installation;
  private final HttpClient client = Http.client();

  RunningSystem(Path folder) {
    standalone =
        Standalone.start(
            new Standalone.Options(folder, "127.0.0.1", 0, false, Patient.SETTINGS), _ -> {});
    installation = Installation.open(folder);
  }

  URI base() {
    return URI.create("http://127.0.0.1:" + standalone.port());
  }

  String token(String user) {
    return installation.token("demo", user, Set.of(), null, Duration.ofHours(1));
  }

  Http http(String user) {
    var target =
        new Target(
            base(),
            base(),
            base(),
            "demo",
            this::token,
            () -> {
              throw new UnsupportedOperationException("no SQL in these tests");
            });
    return new Http(client, target, token(user));
  }

  @Override
  public void close() {
    client.shutdownNow();
    standalone.close();
  }
}
