package io.tailrace.load.field;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.load.proxy.Fault;
import io.tailrace.load.proxy.FaultCounts;
import io.tailrace.load.proxy.FaultPlan;
import io.tailrace.load.proxy.FaultProxy;
import io.tailrace.load.proxy.Trigger;
import io.tailrace.load.target.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports whose fault needs the whole system to show; see docs/field-reports.md. */
class FieldReportsIT {
  /** So small that whoever was away finds little in it, and reads history. */
  private static final Map<String, String> SMALL_WINDOW = Map.of("window.bytes.max", "1048576");

  private static final int PAGE = 256;

  @TempDir static Path folder;
  static WholeSystem system;

  @BeforeAll
  static void start() throws Exception {
    system = new WholeSystem(folder.resolve("data"), "127.0.0.1", SMALL_WINDOW);
  }

  @AfterAll
  static void stop() {
    system.close();
  }

  /** The outbox read by id would pass the lower one by: it was not committed yet. */
  @Test
  void aLowerIdThatCommitsLaterIsDeliveredInItsPlace() throws Exception {
    try (var run = system.run("late-commit");
        var early = system.target().connect();
        var late = system.target().connect()) {
      run.everyKind(system::target);
      early.setAutoCommit(false);
      late.setAutoCommit(false);

      var lower = run.publish(early, "inserted first", null, null);
      var higher = run.publish(late, "inserted second", null, null);
      late.commit();
      run.awaitAll(1);
      early.commit();

      run.expectExact(2);
      assertTrue(lower.toString().compareTo(higher.toString()) < 0);
      for (var ids : run.ids()) {
        assertEquals(List.of(higher, lower), ids);
      }
    }
  }

  /**
   * Live events that come while the missed ones are read must not move anybody's place past them.
   */
  @Test
  void threeAndAHalfPagesMissedWhileWritingGoesOnAndConnectionsDrop() throws Exception {
    try (var run = system.run("missed-pages");
        var ways = new Ways()) {
      int missed = 3 * PAGE + PAGE / 2;
      run.everyKind(ways::another);
      run.publish(1);
      run.awaitAll(1);
      ways.part();
      run.publish(missed);
      // Who came back earlier would get them live.
      run.awaitHistory(1 + missed);

      ways.join();
      for (int written = 0; written < PAGE; written++) {
        run.publish(1);
      }

      run.expectExact(1 + missed + PAGE);
      ways.counts.forEach((n, befell) ->
          assertTrue(
              befell.all().getOrDefault("cut in a page", 0L) > 1,
              "follower " + n + ": " + befell.all()));
    }
  }

  /** Whatever some parser takes for an end of line is text, in the body and in the names. */
  @Test
  void lineEndsAndEmojiAreEqualOnEveryPath() throws Exception {
    var texts =
        List.of(
            "a\rb",
            "a\nb",
            "a\r\nb",
            "\r",
            "\n\n",
            "a\u2028b\u2029c",
            "\u0085",
            "\ufeff",
            "\u0000".replace('\u0000', '\u000b'),
            "\ud83d\ude80",
            "e\u0301",
            "\ud83d\udc68\u200d\ud83d\udc67",
            "data: x\n\nid: 7\n\n",
            "\"},{\"");
    try (var run = system.run("texts");
        var connection = system.target().connect()) {
      run.everyKind(system::target);
      for (var text : texts) {
        run.publish(connection, text, null, "zo\u00eb\u2028\ud83d\ude80");
      }
      // As some products format it: line ends between tokens, and U+2028 as it is.
      run.publishData(
          connection, "{\n\n  \"text\" :\n \"\u2028\ud83d\ude80\"\n}", "\u00fc", "\ud83d\ude80");

      run.expectExact(texts.size() + 1);
    }
  }

  /**
   * Networks that can be parted from the system; in what comes after that, history breaks off on
   * each of the first four connections that get so far, and a live connection once. A connection
   * that its client gives up before takes its break with it: hence four, of which two must happen.
   */
  private static final class Ways implements AutoCloseable {
    private final Map<Integer, FaultCounts> counts = new TreeMap<>();
    private final List<FaultProxy> proxies = new ArrayList<>();
    private volatile boolean isParted;
    private volatile boolean wasParted;

    void part() {
      wasParted = true;
      isParted = true;
      proxies.forEach(FaultProxy::cut);
    }

    void join() {
      isParted = false;
    }

    Target another() {
      try {
        var befell = new FaultCounts();
        var proxy = FaultProxy.start(system.target(), plan(), befell);
        counts.put(proxies.size(), befell);
        proxies.add(proxy);
        return proxy.target();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private FaultPlan plan() {
      Queue<Fault> live = new ArrayDeque<>(List.of(new Fault.Cut(Trigger.EVENT, 3_000, true)));
      Queue<Fault> history =
          new ArrayDeque<>(
              List.of(
                  new Fault.Cut(Trigger.PAGE, 900, true),
                  new Fault.Cut(Trigger.PAGE, 2_500, false),
                  new Fault.Cut(Trigger.PAGE, 900, true),
                  new Fault.Cut(Trigger.PAGE, 2_500, false)));
      return isLive -> {
        if (isParted) {
          return new Fault.Cut(Trigger.CONNECTED, 0, true);
        }
        if (!wasParted) {
          return new Fault.None();
        }
        var next = (isLive ? live : history).poll();
        return next == null ? new Fault.None() : next;
      };
    }

    @Override
    public void close() {
      proxies.forEach(FaultProxy::close);
    }
  }
}
