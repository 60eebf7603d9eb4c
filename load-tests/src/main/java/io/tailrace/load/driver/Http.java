package io.tailrace.load.driver;

import io.tailrace.load.target.Target;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/** The HTTP interface as one user. Safe for all threads; each call blocks its own. */
public final class Http {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient client;
  private final Target target;
  private final String token;

  public Http(HttpClient client, Target target, String token) {
    this.client = client;
    this.target = target;
    this.token = token;
  }

  public static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(5))
        .build();
  }

  /** Where subscribers connect. */
  public URI gateway() {
    return target.gateway();
  }

  public String token() {
    return token;
  }

  /**
   * @throws IOException if no answer came; whether the request was carried out is then unknown
   */
  public Answer get(String path) throws IOException, InterruptedException {
    return send(request(target.history(), path).GET().build());
  }

  public Answer post(String path, byte[] json, Map<String, String> headers)
      throws IOException, InterruptedException {
    var request =
        request(target.write(), path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(json));
    headers.forEach(request::header);
    return send(request.build());
  }

  public Answer put(String path, byte[] json) throws IOException, InterruptedException {
    return send(
        request(target.write(), path)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofByteArray(json))
            .build());
  }

  public Answer delete(String path) throws IOException, InterruptedException {
    return send(request(target.write(), path).DELETE().build());
  }

  /** As {@link #get(String)}, of answers that may come in several forms. */
  public Answer get(String path, String accept) throws IOException, InterruptedException {
    return send(request(target.history(), path).header("Accept", accept).GET().build());
  }

  private HttpRequest.Builder request(URI base, String path) {
    return HttpRequest.newBuilder(base.resolve(path))
        .timeout(TIMEOUT)
        .header("Authorization", "Bearer " + token);
  }

  private Answer send(HttpRequest request) throws IOException, InterruptedException {
    var response = client.send(request, BodyHandlers.ofByteArray());
    return new Answer(response.statusCode(), response.headers(), response.body());
  }
}
