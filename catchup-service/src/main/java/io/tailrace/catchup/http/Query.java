package io.tailrace.catchup.http;

import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parameters of a request; the first fault is kept and told by name. */
final class Query {
  private final Map<String, Deque<String>> parameters;
  private @Nullable String fault;

  Query(Map<String, Deque<String>> parameters, Set<String> known) {
    this.parameters = parameters;
    for (Map.Entry<String, Deque<String>> entry : parameters.entrySet()) {
      if (!known.contains(entry.getKey())) {
        fail("there is no parameter " + shorten(entry.getKey()) + " here; known are " + known);
      } else if (entry.getValue().size() > 1) {
        fail(entry.getKey() + " stands twice");
      }
    }
  }

  long number(String name, long fallback, long least, long most) {
    String text = text(name);
    if (text == null) {
      return fallback;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Told below, with the bounds.
    }
    fail(name + " must be a whole number from " + least + " to " + most);
    return fallback;
  }

  @Nullable String text(String name) {
    Deque<String> values = parameters.get(name);
    return values == null ? null : values.peekFirst();
  }

  @Nullable Problem problem() {
    return fault == null ? null : Problem.of(ProblemCode.BAD_REQUEST, fault);
  }

  private void fail(String why) {
    if (fault == null) {
      fault = why;
    }
  }

  private static String shorten(String text) {
    return text.length() > 50 ? text.substring(0, 50) : text;
  }
}
