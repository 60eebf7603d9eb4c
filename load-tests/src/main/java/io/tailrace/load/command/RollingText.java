package io.tailrace.load.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.driver.Waits;
import io.tailrace.load.proxy.FaultCounts;
import io.tailrace.load.scenario.Roll;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;

/**
 * A rolling restart as a table for people or as one line of JSON.
 *
 * @param rolls the quiet time first
 */
record RollingText(VerdictText verdict, List<Roll> rolls) {
  private static final String HEAD =
      "%-12s %7s %5s %7s %7s %8s %8s %8s %8s %7s %7s %9s"
          .formatted(
              "restarted",
              "stop s",
              "exit",
              "ready s",
              "events",
              "p50 ms",
              "p99 ms",
              "max ms",
              "drained",
              "cut",
              "resumes",
              "catch-ups");

  /** How often the quiet p99 is in that of everything that came while services were restarted. */
  private static final String TIMES = "timesQuietP99";

  RollingText {
    rolls = List.copyOf(rolls);
  }

  /** Whether every process ended with 0 when it was asked to. */
  boolean allEndedWell() {
    return rolls.stream().allMatch(roll -> roll.stop().code() == 0);
  }

  String print(boolean json) {
    return json ? json() : words();
  }

  private String words() {
    var text = new StringBuilder(verdict.words()).append("%n%n%s%n".formatted(HEAD));
    rolls.forEach(roll -> text.append(line(roll)).append(System.lineSeparator()));
    if (rolls.size() > 1) {
      var all = whole();
      text.append(line(all)).append(System.lineSeparator());
      if (wasHeardInQuiet()) {
        text.append(String.format(Locale.ROOT, "p99 is %.1f times the quiet one", times(all)));
      }
    }
    return text.toString();
  }

  private static String line(Roll roll) {
    return String.format(
        Locale.ROOT,
        "%-12s %7.1f %5d %7.1f %7d %8.1f %8.1f %8.1f %8d %7d %7d %9d",
        roll.service(),
        roll.stop().ms() / 1e3,
        roll.stop().code(),
        roll.readyMs() / 1e3,
        roll.waits().getTotalCount(),
        roll.waitMs(50),
        roll.waitMs(99),
        roll.waitMs(100),
        roll.count(FaultCounts.DRAINED),
        roll.count(FaultCounts.UNTOLD),
        roll.count(Name.RESUMES.words()),
        roll.count(Name.CATCH_UPS.words()));
  }

  /** All restarts as one. */
  private Roll whole() {
    var waits = Waits.none();
    var counts = new HashMap<String, Long>();
    long stopMs = 0;
    long readyMs = 0;
    int code = 0;
    for (var roll : rolls.subList(1, rolls.size())) {
      waits.add(roll.waits());
      roll.counts().forEach((name, count) -> counts.merge(name, count, Long::sum));
      stopMs += roll.stop().ms();
      readyMs += roll.readyMs();
      code = Math.max(code, roll.stop().code());
    }
    return new Roll("all", new Roll.Stop(stopMs, code), readyMs, waits, counts);
  }

  private boolean wasHeardInQuiet() {
    return rolls.getFirst().waits().getTotalCount() > 0;
  }

  private double times(Roll all) {
    return all.waitMs(99) / rolls.getFirst().waitMs(99);
  }

  private String json() {
    var root = verdict.json();
    var list = root.putArray("rolling");
    rolls.forEach(roll -> put(list.addObject(), roll));
    if (rolls.size() > 1) {
      var all = whole();
      put(list.addObject(), all);
      if (wasHeardInQuiet()) {
        root.put(TIMES, times(all));
      }
    }
    return root.toString();
  }

  private static void put(ObjectNode node, Roll roll) {
    node.put("restarted", roll.service())
        .put("stopMs", roll.stop().ms())
        .put("exitCode", roll.stop().code())
        .put("readyMs", roll.readyMs())
        .put("events", roll.waits().getTotalCount())
        .put("p50Ms", roll.waitMs(50))
        .put("p99Ms", roll.waitMs(99))
        .put("maxMs", roll.waitMs(100))
        .put("drained", roll.count(FaultCounts.DRAINED))
        .put("cut", roll.count(FaultCounts.UNTOLD))
        .put("resumes", roll.count(Name.RESUMES.words()))
        .put("catchUps", roll.count(Name.CATCH_UPS.words()));
  }
}
