package io.tailrace.schemas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.testkit.Certificates;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Those who take their time, or too much, before anybody knows who they are. */
final class StrangersIT {
  private static final int FLOOD = 300;
  private static final int SOON = 1000;

  /** Where the bound is the ordinary client's too, who may be on a machine that stands still. */
  private static final int A_WHILE = 8000;

  private static final String HANDSHAKE = "tls.handshake.ms";
  private static final String POST =
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n";

  @TempDir private static Path folder;
  private static Certificates.Pair pair;

  @BeforeAll
  static void make() {
    pair = Certificates.make(folder, "port");
  }

  /** What a connection of a flood has sent when it falls silent. */
  enum Flood {
    SILENT("http.idle.ms", A_WHILE, ""),
    HALF_REQUEST_LINE("http.head.ms", SOON, "GET /some"),
    HALF_HEAD("http.head.ms", SOON, "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: "),
    HALF_BODY("http.body.ms", SOON, POST + "xxx"),
    HALF_CHUNK(
        "http.body.ms",
        SOON,
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n400\r\nxx"),
    BODY_NOBODY_READS(
        "http.body.ms",
        SOON,
        "POST /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nxxx"),
    NO_HANDSHAKE(HANDSHAKE, A_WHILE, ""),
    HALF_HANDSHAKE(HANDSHAKE, A_WHILE, "\u0016\u0003\u0001\u0002\u0000\u0001\u0000");

    private final String bound;
    private final int millis;
    private final String sent;

    Flood(String bound, int millis, String sent) {
      this.bound = bound;
      this.millis = millis;
      this.sent = sent;
    }

    /** A port that is strict with this flood; what else may happen has the time of the defaults. */
    private PortUnderTest port() {
      return new PortUnderTest(bound.equals(HANDSHAKE) ? pair : null, "--" + bound + "=" + millis);
    }
  }

  private static void awaitEnd(Socket socket) {
    try {
      socket.getInputStream().transferTo(new ByteArrayOutputStream());
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("still open", e);
    } catch (IOException _) {
      // Reset, which is an end as well.
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFloodIsCutWhileAnOrdinaryClientIsServed(Flood flood) throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (PortUnderTest port = flood.port();
        HttpClient client = pair.client().build()) {
      for (int i = 0; i < FLOOD; i++) {
        sockets.add(port.send(flood.sent));
      }
      String answer = port.get(client, "/");
      assertTrue(answer.startsWith("HTTP/"), answer);
      for (Socket socket : sockets) {
        awaitEnd(socket);
      }
      Await.until(
          "none is left but the client's own",
          () -> port.meter(client, "tailrace_http_connections_open") <= 1.0);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  /** A byte now and then is no sign of good will: the time is for the whole. */
  @ParameterizedTest
  @CsvSource({"GET / HTTP/1.1, true", "POST / HTTP/1.1, false"})
  void aSlowTrickleHelpsNobody(String line, boolean inHead) throws Exception {
    String head = line + "\r\nHost: localhost\r\n";
    try (PortUnderTest port =
            new PortUnderTest(null, "--http.head.ms=" + SOON, "--http.body.ms=" + SOON);
        Socket socket = port.send(inHead ? head : head + "Content-Length: 100000\r\n\r\n")) {
      Await.until(
          "it is cut",
          () -> {
            try {
              socket.getOutputStream().write('x');
              return false;
            } catch (IOException _) {
              return true;
            }
          });
    }
  }

  /** The preface and settings, and never a request. */
  @Test
  void anHttp2ConnectionThatAsksNothingIsCut() throws Exception {
    SSLSocketFactory sockets =
        io.tailrace.schemas.tls.TrustedAuthorities.trust(
                HttpClient.newBuilder(), java.util.Optional.of(pair.certificate()))
            .build()
            .sslContext()
            .getSocketFactory();
    try (PortUnderTest port = new PortUnderTest(pair, "--http.idle.ms=1");
        SSLSocket socket = (SSLSocket) sockets.createSocket("localhost", port.port())) {
      var parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      assertEquals("h2", socket.getApplicationProtocol());
      socket
          .getOutputStream()
          .write(
              "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"
                  .getBytes(StandardCharsets.ISO_8859_1));
      socket.setSoTimeout(180_000);
      awaitEnd(socket);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "long URI, true",
    "large header, true",
    "many headers, true",
    "many parameters, true",
    "long URI, false",
    "large header, false",
    "many headers, false",
    "many parameters, false"
  })
  void tooMuchIsRefusedAndTheNextIsServed(String what, boolean overOne) throws Exception {
    try (PortUnderTest port = new PortUnderTest(pair);
        HttpClient client =
            pair.client()
                .version(overOne ? HttpClient.Version.HTTP_1_1 : HttpClient.Version.HTTP_2)
                .build()) {
      var request =
          switch (what) {
            case "long URI" -> port.request("/" + "x".repeat(20_000));
            case "large header" -> port.request("/").header("X-A", "x".repeat(20_000));
            case "many parameters" -> port.request("/?" + "a=b&".repeat(200));
            default -> {
              var many = port.request("/");
              for (int i = 0; i < 150; i++) {
                many.header("X-" + i, "x");
              }
              yield many;
            }
          };
      assertTrue(isRefused(client, request.build()), what);
      assertEquals("HTTP/" + (overOne ? "1.1" : "2.0") + " 0", port.get(client, "/?a=b&c=d"));
    }
  }

  private static boolean isRefused(HttpClient client, java.net.http.HttpRequest request)
      throws InterruptedException {
    try {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() / 100 == 4;
    } catch (IOException _) {
      return true; // the connection was closed on it
    }
  }
}
