package io.tailrace.schemas.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One setting.
 *
 * @param name dotted, such as {@code kafka.bootstrap}; also {@code --kafka.bootstrap=…} and {@code
 *     TAILRACE_KAFKA_BOOTSTRAP}
 * @param fallback its value where none is given; null where it must be given
 * @param doc one sentence: what it is, and its unit
 * @param shape what a right value looks like
 * @param parse throws IllegalArgumentException on a wrong value
 */
public record Key<T>(
    String name, @Nullable String fallback, String doc, String shape, Function<String, T> parse) {

  /** Text, not empty. */
  public static Key<String> text(String name, @Nullable String fallback, String doc) {
    return new Key<>(name, fallback, doc, "text", Key::present);
  }

  /** Text that may be empty. */
  public static Key<String> optionalText(String name, String doc) {
    return new Key<>(name, "", doc, "text or empty", text -> text);
  }

  /** A whole number within bounds. */
  public static Key<Integer> number(
      String name, @Nullable String fallback, String doc, int least, int most) {
    return new Key<>(
        name,
        fallback,
        doc,
        "a whole number from " + least + " to " + most,
        text -> {
          int number = Integer.parseInt(text);
          if (number < least || number > most) {
            throw new IllegalArgumentException("out of bounds");
          }
          return number;
        });
  }

  /** A whole number of milliseconds. */
  public static Key<Duration> millis(String name, @Nullable String fallback, String doc) {
    return new Key<>(
        name,
        fallback,
        doc,
        "milliseconds",
        text -> {
          long millis = Long.parseLong(text);
          if (millis < 0) {
            throw new IllegalArgumentException("negative");
          }
          return Duration.ofMillis(millis);
        });
  }

  /** {@code true} or {@code false}. */
  public static Key<Boolean> flag(String name, String fallback, String doc) {
    return new Key<>(
        name,
        fallback,
        doc,
        "true or false",
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException("neither true nor false");
            });
  }

  /** Names separated by commas; may be empty. */
  public static Key<List<String>> list(String name, String fallback, String doc) {
    return new Key<>(
        name,
        fallback,
        doc,
        "names separated by commas",
        text ->
            Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .toList());
  }

  /** A path. */
  public static Key<Path> path(String name, @Nullable String fallback, String doc) {
    return new Key<>(name, fallback, doc, "a path", text -> Path.of(present(text)));
  }

  /** A path that may be left out. */
  public static Key<Optional<Path>> optionalPath(String name, String doc) {
    return new Key<>(
        name,
        "",
        doc,
        "a path or empty",
        text -> text.isBlank() ? Optional.empty() : Optional.of(Path.of(text)));
  }

  /**
   * Parses an address of a server.
   *
   * @throws IllegalArgumentException where it is none of http or https with a host
   */
  public static URI address(String text) {
    URI address = URI.create(text);
    String scheme = address.getScheme();
    if (address.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw new IllegalArgumentException("no address");
    }
    return address;
  }

  private static String present(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("empty");
    }
    return text;
  }
}
