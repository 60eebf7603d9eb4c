package io.tailrace.client.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tailrace.client.RefusedException.Problem;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HistoryAnswersTest {
  @Test
  void aProblemIsReadWhole() {
    Problem problem =
        problem(
            422,
            """
            {"code":"invalid_event","detail":"text must be a string","pointer":"/data/text",
            "traceId":"0af7651916cd43dd8448eb211c80319c"}\
            """,
            0);
    assertEquals("invalid_event", problem.code());
    assertEquals("text must be a string", problem.detail());
    assertEquals("/data/text", problem.pointer());
    assertEquals("0af7651916cd43dd8448eb211c80319c", problem.traceId());
    assertNull(problem.retryAfterMs());
  }

  @Test
  void theBodysPauseIsMoreExactThanTheHeaders() {
    assertEquals(
        250, problem(503, "{\"code\":\"not_ready\",\"retryAfterMs\":250}", 1000).retryAfterMs());
    assertEquals(1000, problem(503, "{\"code\":\"not_ready\"}", 1000).retryAfterMs());
  }

  @Test
  void whatIsNoProblemDocumentStillIsAProblem() {
    Problem problem = problem(502, "<html>Bad gateway</html>", 0);
    assertEquals("http_502", problem.code());
    assertEquals("http_502", problem(502, "", 0).code());
    assertEquals("http_502", problem(502, "[1]", 0).code());
  }

  @Test
  void theContractSaysFromWhenOnTheSnapshotIsOffered() {
    assertEquals(500, snapshotAfter("{\"contract\":{\"snapshotAfter\":500}}"));
    assertEquals(Long.MAX_VALUE, snapshotAfter("{}"));
  }

  private static long snapshotAfter(String body) {
    return HistoryAnswers.snapshotAfter(body.getBytes(StandardCharsets.UTF_8));
  }

  private static Problem problem(int status, String body, long headerMs) {
    return HistoryAnswers.problem(status, body.getBytes(StandardCharsets.UTF_8), headerMs)
        .problem();
  }
}
