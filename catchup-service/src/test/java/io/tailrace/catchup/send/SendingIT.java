package io.tailrace.catchup.send;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tailrace.catchup.CatchupMetrics;
import io.tailrace.catchup.read.Answer;
import io.tailrace.catchup.read.Pieces;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies in pieces over a real socket. */
class SendingIT {
  private static final long PATIENT_MS = 300_000;
  private static final byte[] PIECE = "0123456789abcdef".repeat(4096).getBytes(US_ASCII);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private Sending sending = sending(PATIENT_MS);
  private Stream<Pieces.Piece> body = Stream.empty();
  private ServiceServer server;

  private Sending sending(long stallMs) {
    return new Sending(new AnswerBytes(1 << 20), 1, stallMs, threads, new CatchupMetrics(registry));
  }

  @BeforeEach
  void start() {
    server =
        ServiceServer.start(
            "127.0.0.1",
            0,
            List.of(),
            exchange ->
                exchange.dispatch(
                    threads,
                    on -> {
                      Iterator<Pieces.Piece> pieces = body.iterator();
                      sending.send(on, new Answer.Parts("text/plain", null, pieces::next));
                    }));
  }

  @AfterEach
  void stop() {
    server.close();
    sending.close();
    threads.shutdownNow();
  }

  private static Stream<Pieces.Piece> pieces(int count) {
    return IntStream.range(0, count).mapToObj(_ -> new Pieces.Piece.More(PIECE));
  }

  private HttpResponse<byte[]> get() throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port())).build(),
            HttpResponse.BodyHandlers.ofByteArray());
  }

  @Test
  void allPiecesArrive() throws IOException, InterruptedException {
    body = Stream.concat(pieces(1000), Stream.of(new Pieces.Piece.Last(PIECE)));

    assertEquals(1001L * PIECE.length, get().body().length);
    Await.until("the stream to end", () -> sending.streaming() == 0);
  }

  @Test
  void aBodyThatBreaksIsCutAndNotEnded() {
    body =
        Stream.concat(
            pieces(3),
            Stream.of(new Pieces.Piece.Broken(Problem.of(ProblemCode.NOT_READY, "test"))));

    assertThrows(IOException.class, this::get);
    Await.until("the stream to end", () -> sending.streaming() == 0);
  }

  @Test
  void aClientThatTakesNothingIsCut() throws IOException {
    sending.close();
    sending = sending(300);
    AtomicLong read = new AtomicLong();
    body =
        Stream.generate(() -> {
          read.incrementAndGet();
          return new Pieces.Piece.More(PIECE);
        });
    try (Socket client = new Socket()) {
      client.setReceiveBufferSize(4096);
      client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
      client.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));

      Await.until(
          "the client to be cut",
          () -> registry.get(CatchupMetrics.STALLED).counter().count() == 1);

      Await.until("the stream to end", () -> sending.streaming() == 0);
      // No more was read from the store than the sockets' own buffers hold, a few megabytes.
      assertTrue(read.get() * PIECE.length < 32 << 20, read + " pieces");
    }
  }

  @Test
  void anAnswerThatDoesNotFitIsRefused() throws IOException, InterruptedException {
    body = Stream.of(new Pieces.Piece.Last(new byte[(1 << 20) + 1]));

    assertEquals(503, get().statusCode());
  }
}
