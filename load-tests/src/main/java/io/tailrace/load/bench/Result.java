package io.tailrace.load.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was measured, in order: printed as a table, or as one line of JSON. */
final class Result {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final Map<String, Object> values = new LinkedHashMap<>();
  private boolean complete = true;

  Result put(String name, Object value) {
    values.put(name, value instanceof Double number ? Math.round(number * 1000) / 1000.0 : value);
    return this;
  }

  /** Lines that say what did not arrive; none is good. */
  Result missing(List<String> lines) {
    complete = lines.isEmpty();
    values.put("missing", complete ? "nothing" : lines);
    return this;
  }

  /** Prints it; returns the exit code. */
  int print(PrintWriter out, boolean json) {
    out.println(json ? json() : table());
    out.flush();
    return complete ? 0 : 1;
  }

  private String json() {
    try {
      return JSON.writeValueAsString(values);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private String table() {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (name, value) -> text.append(String.format(Locale.ROOT, "%-34s %s%n", name, text(value))));
    return text.toString().stripTrailing();
  }

  private static String text(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        StringBuilder text = new StringBuilder();
        map.forEach((key, one) -> text.append(key).append(' ').append(text(one)).append("  "));
        yield text.toString().stripTrailing();
      }
      case List<?> list ->
          String.join("\n" + " ".repeat(35), list.stream().map(Result::text).toList());
      case Double number -> String.format(Locale.ROOT, "%.2f", number);
      default -> value.toString();
    };
  }
}
