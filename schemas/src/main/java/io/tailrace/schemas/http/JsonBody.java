package io.tailrace.schemas.http;

import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.undertow.io.Receiver;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What every service says of a request's body before it looks into it. */
public final class JsonBody {
  private JsonBody() {}

  /** Why this is no JSON; null where it says that it is. */
  public static @Nullable Problem fault(HttpServerExchange exchange) {
    String type = exchange.getRequestHeaders().getFirst(Headers.CONTENT_TYPE);
    return type != null && isJson(type)
        ? null
        : Problem.of(ProblemCode.MEDIA_TYPE, "send Content-Type: application/json");
  }

  /** Why a body was not received: it was larger than announced, or its client went away. */
  public static Problem lost(IOException e, Problem tooLarge) {
    return e instanceof Receiver.RequestToLargeException
        ? tooLarge
        : Problem.of(ProblemCode.BAD_REQUEST, "the body could not be read");
  }

  /** {@code application/json}, with UTF-8 as its only charset. */
  static boolean isJson(String type) {
    int semicolon = type.indexOf(';');
    String media = (semicolon < 0 ? type : type.substring(0, semicolon)).strip();
    if (!media.equalsIgnoreCase("application/json")) {
      return false;
    }
    String rest = semicolon < 0 ? "" : type.substring(semicolon + 1).strip();
    String parameter = rest.toLowerCase(Locale.ROOT).replace("\"", "").replace(" ", "");
    return parameter.isEmpty() || parameter.equals("charset=utf-8");
  }
}
