package io.tailrace.standalone.web;

import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.undertow.server.HttpServerExchange;

/** The answer while the services are on their way. */
final class Starting {
  private static final long RETRY_AFTER_MS = 1000;

  private Starting() {}

  static void answer(HttpServerExchange exchange) {
    Respond.problem(
        exchange,
        Problem.retryAfter(
            ProblemCode.NOT_READY, "Tailrace is starting: ask again", RETRY_AFTER_MS));
  }
}
