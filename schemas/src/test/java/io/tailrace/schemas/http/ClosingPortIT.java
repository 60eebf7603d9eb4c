package io.tailrace.schemas.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.testkit.Await;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What was on its way to a port that is being closed. */
final class ClosingPortIT {
  private static final int CONNECTIONS = 16;
  private static final String GREETING = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String HOLD = "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String WRITE = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12";
  private static final String REST = "345";

  private final CountDownLatch holding = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);

  private void handle(HttpServerExchange exchange) throws InterruptedException {
    if (exchange.getRequestPath().equals("/hold")) {
      // On the connection's own thread, which hears of the others only when this ends.
      holding.countDown();
      assertTrue(release.await(1, TimeUnit.MINUTES));
    }
    exchange
        .getRequestReceiver()
        .receiveFullString((of, body) -> of.getResponseSender().send(body.length() + " of body"));
  }

  @Test
  void isToldToComeAgainAndNeverThatTheServerIsAtFault() throws Exception {
    ServiceServer server =
        ServiceServer.start(
            PortConfig.from(Settings.load(PortConfig.keys(), List.of("--http.port=0"), Map.of())),
            List.of(),
            this::handle);
    Thread closing = Thread.ofPlatform().unstarted(server::close);
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(60_000);
        sockets.add(socket);
        send(socket, GREETING);
        assertTrue(head(socket).startsWith("HTTP/1.1 200"));
      }
      send(sockets.getFirst(), HOLD);
      assertTrue(holding.await(1, TimeUnit.MINUTES));
      for (Socket socket : sockets.subList(1, CONNECTIONS)) {
        send(socket, WRITE);
      }
      closing.start();
      // It takes no more, and waits for who is being answered.
      Await.until("it waits", () -> closing.getState() == Thread.State.TIMED_WAITING);
      release.countDown();
      List<String> late = new ArrayList<>();
      for (Socket socket : sockets.subList(1, CONNECTIONS)) {
        // Some are of the other thread, which had begun to read.
        String head = answerTo(socket, REST);
        if (!head.isEmpty() && !head.startsWith("HTTP/1.1 200")) {
          late.add(head);
        }
      }
      assertFalse(late.isEmpty(), "nobody was on its way");
      for (String answer : late) {
        assertTrue(answer.startsWith("HTTP/1.1 503"), answer);
        assertTrue(answer.contains("Retry-After: "), answer);
        assertTrue(answer.contains("Connection: close"), answer);
      }
      closing.join();
      assertEquals(Thread.State.TERMINATED, closing.getState());
    } finally {
      release.countDown();
      for (Socket socket : sockets) {
        socket.close();
      }
      server.close();
    }
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  private static String answerTo(Socket socket, String text) throws IOException {
    try {
      send(socket, text);
    } catch (IOException e) {
      // Its answer may be there all the same.
    }
    return head(socket);
  }

  /** The head of the next answer, whose body is read too; empty where the connection ended. */
  private static String head(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    try {
      int next;
      while (head.indexOf("\r\n\r\n") < 0 && (next = socket.getInputStream().read()) >= 0) {
        head.append((char) next);
      }
    } catch (IOException e) {
      // Cut: as good as ended.
      return "";
    }
    int at = head.indexOf("Content-Length: ");
    if (at >= 0) {
      String length = head.substring(at + 16, head.indexOf("\r\n", at));
      int _ = socket.getInputStream().readNBytes(Integer.parseInt(length)).length;
    }
    return head.toString();
  }
}
