package io.tailrace.schemas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RespondTest {
  private static HttpResponse<byte[]> answer(Problem problem)
      throws IOException, InterruptedException {
    PortConfig port =
        PortConfig.from(Settings.load(PortConfig.keys(), List.of("--http.port=0"), Map.of()));
    try (ServiceServer server =
            ServiceServer.start(port, List.of(), exchange -> Respond.problem(exchange, problem));
        HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/x")).build(),
          HttpResponse.BodyHandlers.ofByteArray());
    }
  }

  @ParameterizedTest
  @EnumSource(ProblemCode.class)
  void whatIsToBeTriedAgainLaterSaysWhen(ProblemCode code) throws Exception {
    boolean later = code.retry() == ProblemCode.Retry.AFTER;

    HttpResponse<byte[]> plain = answer(Problem.of(code, "try again"));
    HttpResponse<byte[]> timed = answer(Problem.retryAfter(code, "try again", 2500));

    assertEquals(later ? "1" : "", plain.headers().firstValue("Retry-After").orElse(""));
    assertEquals(
        later ? 1000 : 0, new JsonMapper().readTree(plain.body()).path("retryAfterMs").asInt());
    assertEquals("3", timed.headers().firstValue("Retry-After").orElse(""));
  }
}
