package io.tailrace.load.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import io.tailrace.load.target.Target;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class BalancerIT {
  @Test
  void connectionsGoToTheirOwnGatewayAsLongAsItIsReadyElseToTheNext() throws Exception {
    try (var first = new Service();
        var second = new Service();
        var balancer = Balancer.start(target(first, second))) {
      var way = balancer.turn(0);
      assertEquals(first.uri(), way.get().gateway());
      assertEquals(second.uri(), balancer.turn(1).get().gateway());

      first.status.set(503);
      Await.until("it goes to the second", () -> way.get().gateway().equals(second.uri()));
      first.status.set(200);
      Await.until("it is back", () -> way.get().gateway().equals(first.uri()));

      second.end();
      Await.until(
          "one that does not answer is not ready",
          () -> balancer.turn(1).get().gateway().equals(first.uri()));
    }
  }

  private static Target target(Service first, Service second) {
    return new Target(
        first.uri(),
        List.of(first.uri(), second.uri()),
        List.of(first.uri()),
        "demo",
        user -> user,
        user -> user,
        () -> "");
  }

  /** Answers everything with a status. */
  private static final class Service implements AutoCloseable {
    final AtomicInteger status = new AtomicInteger(200);
    private final HttpServer server;

    Service() throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/health/ready",
          exchange -> {
            exchange.sendResponseHeaders(status.get(), -1);
            exchange.close();
          });
      server.start();
    }

    URI uri() {
      return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    void end() {
      server.stop(0);
    }

    @Override
    public void close() {
      end();
    }
  }
}
