package io.tailrace.load.netns;

import static org.junit.jupiter.api.Assumptions.abort;

import io.tailrace.client.Transport;
import io.tailrace.load.driver.ProcessFollower;
import io.tailrace.load.field.Run;
import io.tailrace.load.field.WholeSystem;
import io.tailrace.load.oracle.Via;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both clients in a network whose packets vanish: neither side is told that the other is gone. */
class HalfOpenIT {
  /** A connection is given up after 2.5 times this long in silence. */
  private static final Map<String, String> SHORT_HEARTBEAT = Map.of("heartbeat.ms", "1000");

  private static final Duration LONGEST = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void whoseConnectionDiedInSilenceIsExactAgainAndItsPlaceAtTheServerIsFreed() throws Exception {
    try (var namespace = openOrSkip();
        var system = new WholeSystem(folder.resolve("data"), namespace.address(), SHORT_HEARTBEAT);
        var run = system.run("half-open");
        var http = HttpClient.newHttpClient()) {
      var sockets = follow(system, run, namespace);
      run.publish(20);
      run.awaitAll(20);
      // One that was slow for a moment may have been given up, and comes back.
      Await.until("each has its socket", LONGEST, () -> sockets(http, system) == sockets);

      namespace.drop();
      run.publish(20);
      Await.until(
          "the gateway gives up the sockets that are silent",
          LONGEST,
          () -> sockets(http, system) == 0);
      run.publish(10);
      namespace.restore();

      run.expectExact(50);
    }
  }

  private static Namespace openOrSkip() throws InterruptedException {
    try {
      return Namespace.open();
    } catch (IOException e) {
      return abort("no network namespace can be made here: " + e.getMessage());
    }
  }

  /** Starts a follower of each kind inside; returns how many have a WebSocket. */
  private static int follow(WholeSystem system, Run run, Namespace namespace) throws IOException {
    List<ProcessFollower.Command> commands = new ArrayList<>();
    for (var transport : List.of(Transport.WEBSOCKET, Transport.SSE)) {
      commands.add(java(transport));
    }
    var js = system.js();
    if (js != null) {
      commands.add(js.command(List.of("ws"), null));
      commands.add(js.command(List.of("sse"), null));
      commands.add(js.command(List.of("poll"), null));
    }
    for (var command : commands) {
      var seat = run.seat(command.via() + " " + command.transports());
      run.add(
          new ProcessFollower(
              seat, command.under(namespace.within()), run.numbered(), system.target()));
    }
    return js == null ? 1 : 2;
  }

  private static ProcessFollower.Command java(Transport transport) {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var words =
        Stream.of(
                java,
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                JavaFollowerProcess.class.getName())
            .toList();
    return new ProcessFollower.Command(words, Via.JAVA_CLIENT, List.of(transport.name()), null);
  }

  private static int sockets(HttpClient http, WholeSystem system)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(system.target().gateway().resolve("/metrics")).build();
    return http.send(request, BodyHandlers.ofString())
        .body()
        .lines()
        .filter(line -> line.startsWith("tailrace_connections_open{wire=\"web_socket\"}"))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
