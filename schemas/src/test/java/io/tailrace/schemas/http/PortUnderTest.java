package io.tailrace.schemas.http;

import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.testkit.Certificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A port whose service answers every request with its protocol once its body has come. */
final class PortUnderTest implements AutoCloseable {
  private final ServiceServer server;
  private final boolean secure;

  PortUnderTest(Certificates.@Nullable Pair pair, String... settings) {
    List<String> all = new ArrayList<>(List.of("--http.port=0"));
    if (pair != null) {
      all.add("--tls.certificate=" + pair.certificate());
      all.add("--tls.key=" + pair.key());
    }
    all.addAll(List.of(settings));
    secure = pair != null;
    server =
        ServiceServer.start(
            PortConfig.from(Settings.load(PortConfig.keys(), all, Map.of())),
            List.of(),
            exchange ->
                exchange
                    .getRequestReceiver()
                    .receiveFullString((done, body) ->
                        done.getResponseSender().send(done.getProtocol() + " " + body.length())));
  }

  int port() {
    return server.port();
  }

  Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
    socket.setSoTimeout(180_000);
    return socket;
  }

  /** A plain connection that has sent this. */
  Socket send(String text) throws IOException {
    Socket socket = connect();
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create((secure ? "https" : "http") + "://localhost:" + port() + path));
  }

  String get(HttpClient client, String path) throws IOException, InterruptedException {
    return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString()).body();
  }

  /** The value of one of the port's meters. */
  double meter(HttpClient client, String name) throws IOException, InterruptedException {
    return get(client, "/metrics")
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no meter " + name));
  }

  @Override
  public void close() {
    server.close();
  }
}
