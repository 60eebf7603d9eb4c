package io.tailrace.load.house;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The metrics that the code makes, and those that a text names. */
public final class MetricNames {
  private static final Pattern METRIC = Pattern.compile("\\btailrace_[a-z_]+[a-z]");
  private static final Pattern IN_CODE = Pattern.compile("\"(tailrace[._][a-z._]+[a-z])\"");

  /** What Prometheus' names have behind those of the code. */
  private static final Pattern SUFFIX =
      Pattern.compile("(_total|_bytes|_seconds|_count|_sum|_max|_bucket|_ratio)+$");

  /** Of the same form, but a role of the database. */
  private static final Set<String> NO_METRICS = Set.of("tailrace_write");

  private final Set<String> made = new HashSet<>();

  /** Reads the code of all services. */
  static MetricNames ofCode(Path house) throws IOException {
    MetricNames names = new MetricNames();
    for (Path file : files(house, ".java")) {
      if (file.toString().contains("/src/main/")) {
        IN_CODE
            .matcher(Files.readString(file))
            .results()
            .forEach(found -> names.made.add(bare(found.group(1).replace('.', '_'))));
      }
    }
    return names;
  }

  /** All that the text names, one for each time. */
  public static List<String> in(String text) {
    return METRIC.matcher(text).results().map(MatchResult::group).toList();
  }

  boolean isKnown(String name) {
    return made.contains(bare(name)) || NO_METRICS.contains(name);
  }

  static List<Path> files(Path folder, String end) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(end))
          .filter(file -> !file.toString().contains("/target/"))
          .filter(file -> !file.toString().contains("/node_modules/"))
          .toList();
    }
  }

  private static String bare(String metric) {
    return SUFFIX.matcher(metric).replaceFirst("");
  }
}
