package io.tailrace.load.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whoever is on call reads the pages at night: what they name is there. */
class PagesTest {
  private static final Path HOUSE = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern METRIC = Pattern.compile("\\btailrace_[a-z_]+[a-z]");
  private static final Pattern NAMED = Pattern.compile("\"(tailrace[._][a-z._]+[a-z])\"");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

  /** What Prometheus' names have behind those of the code. */
  private static final Pattern SUFFIX =
      Pattern.compile("(_total|_bytes|_seconds|_count|_sum|_max|_bucket|_ratio)+$");

  /** Of the same form, but a role of the database. */
  private static final Set<String> NO_METRICS = Set.of("tailrace_write");

  @Test
  void everyMetricThatAPageNamesIsMade() throws IOException {
    Set<String> made = new HashSet<>();
    for (Path file : files(HOUSE, ".java")) {
      if (file.toString().contains("/src/main/")) {
        matches(NAMED, file).forEach(found -> made.add(bare(found.group(1).replace('.', '_'))));
      }
    }
    List<String> unknown = new ArrayList<>();
    int named = 0;
    for (Path page : pages()) {
      for (MatchResult found : matches(METRIC, page)) {
        named++;
        if (!made.contains(bare(found.group())) && !NO_METRICS.contains(found.group())) {
          unknown.add(HOUSE.relativize(page) + " names " + found.group());
        }
      }
    }
    assertEquals(List.of(), unknown);
    assertTrue(named > 50, "metrics were found at all: " + named);
  }

  @Test
  void everyLinkLeadsToAFile() throws IOException {
    List<String> broken = new ArrayList<>();
    int links = 0;
    for (Path page : pages()) {
      for (MatchResult found : matches(LINK, page)) {
        links++;
        if (!Files.exists(page.resolveSibling(found.group(1)))) {
          broken.add(HOUSE.relativize(page) + " links to " + found.group(1));
        }
      }
    }
    assertEquals(List.of(), broken);
    assertTrue(links > 50, "links were found at all: " + links);
  }

  private static String bare(String metric) {
    return SUFFIX.matcher(metric).replaceFirst("");
  }

  private static List<MatchResult> matches(Pattern pattern, Path file) throws IOException {
    return pattern.matcher(Files.readString(file)).results().toList();
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(files(HOUSE.resolve("docs"), ".md"));
    pages.add(HOUSE.resolve("README.md"));
    pages.add(HOUSE.resolve("ARCHITECTURE.md"));
    pages.add(HOUSE.resolve("SECURITY.md"));
    return pages;
  }

  private static List<Path> files(Path folder, String end) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(end))
          .filter(file -> !file.toString().contains("/target/"))
          .filter(file -> !file.toString().contains("/node_modules/"))
          .toList();
    }
  }
}
