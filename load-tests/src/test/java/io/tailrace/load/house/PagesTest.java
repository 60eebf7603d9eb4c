package io.tailrace.load.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whoever is on call reads the pages at night: what they name is there. */
class PagesTest {
  private static final Path HOUSE = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

  @Test
  void everyMetricThatAPageNamesIsMade() throws IOException {
    MetricNames made = MetricNames.ofCode(HOUSE);
    List<String> unknown = new ArrayList<>();
    int named = 0;
    for (Path page : pages()) {
      for (String metric : MetricNames.in(Files.readString(page))) {
        named++;
        if (!made.isKnown(metric)) {
          unknown.add(HOUSE.relativize(page) + " names " + metric);
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
      for (MatchResult found : LINK.matcher(Files.readString(page)).results().toList()) {
        links++;
        if (!Files.exists(page.resolveSibling(found.group(1)))) {
          broken.add(HOUSE.relativize(page) + " links to " + found.group(1));
        }
      }
    }
    assertEquals(List.of(), broken);
    assertTrue(links > 50, "links were found at all: " + links);
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(MetricNames.files(HOUSE.resolve("docs"), ".md"));
    pages.add(HOUSE.resolve("README.md"));
    pages.add(HOUSE.resolve("ARCHITECTURE.md"));
    pages.add(HOUSE.resolve("SECURITY.md"));
    return pages;
  }
}
