package io.tailrace.standalone.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.tailrace.gateway.shard.Sight;
import io.tailrace.gateway.shard.SightWire;
import io.tailrace.schemas.token.ServiceKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Services of other processes, over real sockets. */
class RemotePartsIT {
  private static final URI NOBODY = URI.create("http://127.0.0.1:1");

  /** A process that answers what it was given, and remembers who showed which key. */
  private static final class Answering implements AutoCloseable {
    final List<String> keys = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    Answering(Map<String, byte[]> answers) throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      answers.forEach((path, answer) ->
          server.createContext(
              path,
              exchange -> {
                @Nullable String key = exchange.getRequestHeaders().getFirst("Authorization");
                keys.add(path + " " + key);
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
                exchange.close();
              }));
      server.start();
    }

    URI address() {
      return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }

  private static Sight sight(String session, int readers) {
    return new Sight(
        List.of(new Sight.Guest(session, "web_socket", "u", null, 1, 2, 3, Map.of("signal", 4L))),
        1,
        Map.of("chat:a", new Sight.Gathering(7, readers)));
  }

  private static Answering gateway(String session, int readers, long arrivedMs) throws IOException {
    return new Answering(
        Map.of(
            "/metrics",
            "tailrace_connections_open{wire=\"web_socket\"} 2.0\n".getBytes(UTF_8),
            SightWire.LOOK,
            SightWire.encode(List.of(sight(session, readers))),
            SightWire.ARRIVED,
            SightWire.encode(List.of(arrivedMs, 0L))));
  }

  private static RemoteParts parts(List<URI> gateways, List<URI> others) {
    return new RemoteParts(gateways, others, new ServiceKey("secret"), Optional.empty());
  }

  @Test
  void whatAllGatewaysTellIsPutTogetherAndWhoIsAwayIsLeftOut() throws Exception {
    try (Answering one = gateway("s1", 1, 5);
        Answering two = gateway("s2", 2, 0);
        Answering relay =
            new Answering(
                Map.of(
                    "/metrics",
                    "tailrace_relay_slot_state{state=\"reserved\"} 1.0\n".getBytes(UTF_8)));
        RemoteParts parts =
            parts(
                List.of(one.address(), NOBODY, two.address()),
                List.of(relay.address(), relay.address(), NOBODY))) {

      assertEquals(List.of(sight("s1", 1), sight("s2", 2)), parts.look("demo", 100).get());
      assertEquals(List.of(5L, 0L, 0L, 0L), parts.arrivedMs("demo/chat:a", 3).get());
      var samples = Samples.of(parts.scrape());
      assertEquals(4, samples.path("tailrace_connections_open{wire=\"web_socket\"}").asInt());
      assertEquals(
          1,
          samples.path("tailrace_relay_slot_state{state=\"reserved\"}").asInt(),
          "a state is one, whoever tells it");
      assertTrue(one.keys.contains(SightWire.LOOK + " Bearer secret"), one.keys::toString);
      assertTrue(one.keys.contains("/metrics null"), one.keys::toString);
    }
  }

  @Test
  void whereNoGatewayAnswersThatIsTold() throws Exception {
    try (RemoteParts parts = parts(List.of(NOBODY), List.of(NOBODY))) {
      assertThrows(ExecutionException.class, () -> parts.look("demo", 100).get());
      assertEquals("", parts.scrape());
      assertNull(Samples.of(parts.scrape()).get("tailrace_connections_open"));
    }
  }
}
