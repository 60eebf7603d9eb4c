package io.tailrace.load.driver;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Data of {@code message.posted} that is hard to hand on unchanged: numbers that no double holds,
 * escapes, line ends between tokens, characters at which some parser ends a line. Owned by one
 * thread.
 */
final class Messages {
  private static final List<String> TEXTS =
      List.of(
          "plain",
          "gr\u00fc\u00df Gott",
          "\u2028 and \u2029",
          "\ud83d\ude80",
          "a\nb\tc",
          "\"quoted\\",
          "");
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-0",
          "1.0",
          "1.10",
          "9007199254740993",
          "9223372036854775807",
          "18446744073709551616",
          "1E+2",
          "0.1000000000000000055511151231257827");
  private static final List<String> GAPS = List.of("", "", "", " ", "\n", "\t", "\n\n  ");

  private final RandomGenerator random;

  Messages(RandomGenerator random) {
    this.random = random;
  }

  /** One message as JSON text. */
  String next() {
    var gap = pick(GAPS);
    var text = new StringBuilder();
    JsonStringEncoder.getInstance()
        .quoteAsString(pick(TEXTS) + "x".repeat(random.nextInt(80)), text);
    return "{%s\"text\":%s\"%s\",\"n\":%s%s}".formatted(gap, gap, text, pick(NUMBERS), gap);
  }

  /** An entity for about every third event, else nothing. */
  String entityOrEmpty() {
    return random.nextInt(3) == 0 ? "e" + random.nextInt(20) : "";
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
