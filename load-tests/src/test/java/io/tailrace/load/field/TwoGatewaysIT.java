package io.tailrace.load.field;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.client.Transport;
import io.tailrace.load.driver.ClientFollower;
import io.tailrace.load.driver.Crew;
import io.tailrace.load.driver.JsClient;
import io.tailrace.load.driver.ProcessFollower;
import io.tailrace.load.driver.RawSocket;
import io.tailrace.load.driver.SocketFollower;
import io.tailrace.load.driver.SseFollower;
import io.tailrace.load.fault.ManyProcesses;
import io.tailrace.load.proxy.Balancer;
import io.tailrace.load.proxy.Fault;
import io.tailrace.load.proxy.FaultCounts;
import io.tailrace.load.proxy.FaultProxy;
import io.tailrace.load.target.Target;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways as processes, of which one leaves, with many clients of every kind. */
class TwoGatewaysIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SOCKETS = 500;
  private static final int STREAMS = 10;

  /** Sockets that say what they were told; they talk to the gateway itself. */
  private static final int LISTENERS = 20;

  private static final int WAIT_MS = 60_000;

  @TempDir static Path folder;
  static ManyProcesses system;
  static @Nullable JsClient js;
  static HttpClient http;

  @BeforeAll
  static void start() throws Exception {
    js = JsClient.open();
    system = ManyProcesses.start(folder.resolve("data"));
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    http.close();
    system.close();
    if (js != null) {
      js.close();
    }
  }

  @Test
  void whoIsAtAGatewayThatLeavesIsToldATimeOfItsOwnAndMissesNothing() throws Exception {
    try (var balancer = Balancer.start(system.target());
        var ways = new Ways(balancer, 0);
        var run = run("leaves")) {
      int clients = everybody(run, ways);
      publish(run, 1);
      run.awaitAll(1);
      var listeners = listeners("gateway-1");

      var leaving = leave("gateway-1");

      Set<Long> delays = new HashSet<>();
      for (var listener : listeners) {
        var drain = await(listener, "drain");
        assertTrue(drain.path("deadlineMs").asLong() > 0, drain.toString());
        delays.add(drain.path("reconnectAfterMs").asLong());
      }
      assertTrue(delays.size() > LISTENERS / 2, "times of their own: " + delays);
      assertEquals(503, status("gateway-1", "/health/ready"));
      var refused =
          assertThrows(IOException.class, () -> RawSocket.open(system.baseOf("gateway-1")));
      assertTrue(String.valueOf(refused.getMessage()).contains("503"), refused.toString());
      for (var listener : listeners) {
        listener.close();
      }
      int published = 1;
      while (!leaving.isDone()) {
        publish(run, 1);
        published++;
        run.awaitAll(published);
      }

      assertEquals(0, leaving.join());
      run.expectExact(published);
      Await.until(
          "all of them were told",
          () -> ways.counts.all().getOrDefault(FaultCounts.DRAINED, 0L) == clients);
      assertEquals(0, ways.counts.all().getOrDefault(FaultCounts.UNTOLD, 0L));
    } finally {
      again("gateway-1");
    }
  }

  @Test
  void aSecondSignalEndsItAtOnceAndWhoIsCutComesBackToEverything() throws Exception {
    try (var balancer = Balancer.start(system.target());
        var ways = new Ways(balancer, 1);
        var run = run("hurries")) {
      var _ = everybody(run, ways);
      publish(run, 1);
      run.awaitAll(1);

      var leaving = leave("gateway-2");
      Await.until("it leaves", () -> status("gateway-2", "/health/ready") == 503);
      publish(run, 1);
      int code = system.stop("gateway-2");

      assertEquals(128 + 15, code);
      assertEquals(code, leaving.join());
      publish(run, 1);
      run.expectExact(3);
    } finally {
      again("gateway-2");
    }
  }

  private static Run run(String name) throws Exception {
    return new Run(new Crew(system.target()), js, "chat:" + name);
  }

  /** How many connections they hold. */
  private static int everybody(Run run, Ways ways) throws IOException {
    var random = new Random(1);
    var crew = run.numbered().crew();
    for (int n = 0; n < SOCKETS; n++) {
      run.add(new SocketFollower(run.seat("ws-" + n), true, crew, ways.next(), random));
    }
    for (int n = 0; n < STREAMS; n++) {
      run.add(new SseFollower(run.seat("sse-" + n), crew, ways.next(), random));
    }
    run.add(
        new ClientFollower(
            run.seat("java"), Transport.WEBSOCKET, run.numbered(), ways.next(), random));
    if (js != null) {
      run.add(
          new ProcessFollower(
              run.seat("js"), js.command(List.of("ws"), null), run.numbered(), ways.next()));
    }
    return SOCKETS + STREAMS + (js == null ? 1 : 2);
  }

  private static void publish(Run run, int count) throws SQLException {
    try (var connection = system.target().connect()) {
      for (int i = 0; i < count; i++) {
        var _ = run.publish(connection, "hello", null, null);
      }
    }
  }

  private static CompletableFuture<Integer> leave(String gateway) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return system.stop(gateway);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  private static void again(String gateway) throws InterruptedException {
    system.startAgain(gateway);
    system.awaitReady(gateway);
  }

  private static List<RawSocket> listeners(String gateway) throws IOException {
    List<RawSocket> all = new ArrayList<>();
    for (int n = 0; n < LISTENERS; n++) {
      var socket = RawSocket.open(system.baseOf(gateway));
      socket.receiveTimeout(WAIT_MS);
      socket.sendText(
          "{\"t\":\"hello\",\"ref\":1,\"token\":\"%s\",\"version\":1}"
              .formatted(system.target().tokens().apply("listener-" + n)));
      var _ = await(socket, "welcome");
      all.add(socket);
    }
    return all;
  }

  private static JsonNode await(RawSocket socket, String name) throws IOException {
    while (true) {
      var frame = socket.receive();
      if (frame.opcode() == RawSocket.TEXT) {
        var json = JSON.readTree(frame.payload());
        if (json.path("t").asText().equals(name)) {
          return json;
        }
      }
    }
  }

  private static int status(String process, String path) throws IOException, InterruptedException {
    URI uri = system.baseOf(process).resolve(path);
    return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding()).statusCode();
  }

  /** Proxies that all send to the same gateway as long as it is ready, each for as many as fit. */
  private static final class Ways implements AutoCloseable {
    private static final int EACH = FaultProxy.CONNECTIONS_MAX / 4;

    final FaultCounts counts = new FaultCounts();
    private final Balancer balancer;
    private final int first;
    private final List<FaultProxy> proxies = new ArrayList<>();
    private int given;

    Ways(Balancer balancer, int first) {
      this.balancer = balancer;
      this.first = first;
    }

    Target next() throws IOException {
      if (given++ % EACH == 0) {
        proxies.add(FaultProxy.start(balancer.turn(first), _ -> new Fault.None(), counts));
      }
      return proxies.getLast().target();
    }

    @Override
    public void close() {
      proxies.forEach(FaultProxy::close);
    }
  }
}
