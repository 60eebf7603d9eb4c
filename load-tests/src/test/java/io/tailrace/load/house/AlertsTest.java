package io.tailrace.load.house;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** An alert at night asks for metrics that are there and names a page that is there. */
class AlertsTest {
  private static final Path HOUSE = Path.of("..").toAbsolutePath().normalize();
  private static final Path RULES = HOUSE.resolve("compose/prometheus/alerts.yaml");
  private static final Path DASHBOARD = HOUSE.resolve("compose/grafana/dashboards/tailrace.json");
  private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");
  private static final Pattern SUMMARY = Pattern.compile("\\n +summary: \"[^\"\\n]+\"\\n");
  private static final Pattern PAGE =
      Pattern.compile("\\n +runbook_url: (docs/runbooks/[A-Za-z-]+\\.md)#([a-z0-9-]+)\\n");

  /** An alert, as it stands in the file. */
  private record Alert(String name, String text) {}

  @Test
  void everyMetricOfAnAlertIsMade() throws IOException {
    MetricNames made = MetricNames.ofCode(HOUSE);
    List<String> unknown = new ArrayList<>();
    for (Alert alert : alerts()) {
      for (String metric : MetricNames.in(alert.text())) {
        if (!made.isKnown(metric)) {
          unknown.add(alert.name() + " asks for " + metric);
        }
      }
    }
    assertEquals(List.of(), unknown);
  }

  @Test
  void everyAlertHasASummaryAndAPageAndAWayToMakeItFire() throws IOException {
    String ways = Files.readString(HOUSE.resolve("docs/runbooks/README.md"));
    List<String> missing = new ArrayList<>();
    List<Alert> alerts = alerts();
    for (Alert alert : alerts) {
      if (!SUMMARY.matcher(alert.text()).find()) {
        missing.add(alert.name() + " has no summary");
      }
      Matcher page = PAGE.matcher(alert.text());
      if (!page.find()) {
        missing.add(alert.name() + " has no runbook_url");
      } else if (!anchors(HOUSE.resolve(page.group(1))).contains(page.group(2))) {
        missing.add(alert.name() + " leads nowhere: " + page.group());
      }
      if (!ways.contains("\n| `" + alert.name() + "` |")) {
        missing.add("docs/runbooks/README.md does not say how to make fire " + alert.name());
      }
    }
    assertEquals(List.of(), missing);
    assertTrue(alerts.size() > 15, "alerts were found at all: " + alerts.size());
  }

  @Test
  void everyMetricOfTheDashboardIsMade() throws IOException {
    MetricNames made = MetricNames.ofCode(HOUSE);
    List<String> asked =
        new ObjectMapper()
            .readTree(DASHBOARD.toFile()).findValues("expr").stream()
                .map(JsonNode::asText)
                .toList();
    List<String> unknown =
        asked.stream()
            .flatMap(expression -> MetricNames.in(expression).stream())
            .filter(metric -> !made.isKnown(metric))
            .toList();
    assertEquals(List.of(), unknown);
    assertTrue(asked.size() > 30, "expressions were found at all: " + asked.size());
  }

  @Test
  void prometheusTakesTheRules() throws IOException, InterruptedException {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "promtool"))),
        "promtool is not here (Debian: prometheus): the rules are not tried");
    Process process =
        new ProcessBuilder("promtool", "check", "rules", RULES.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), said);
  }

  private static List<Alert> alerts() throws IOException {
    String text = Files.readString(RULES);
    List<Alert> alerts = new ArrayList<>();
    for (String rule : Arrays.asList(text.split("(?=- alert: )"))) {
      Matcher named = ALERT.matcher(rule);
      if (named.lookingAt()) {
        alerts.add(new Alert(named.group(1), rule));
      }
    }
    return alerts;
  }

  /** As GitHub makes them of headings. */
  private static List<String> anchors(Path page) throws IOException {
    if (!Files.exists(page)) {
      return List.of();
    }
    return Files.readAllLines(page).stream()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^a-z0-9 -]", "").replace(' ', '-'))
        .toList();
  }
}
