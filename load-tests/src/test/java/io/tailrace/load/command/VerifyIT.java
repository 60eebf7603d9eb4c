package io.tailrace.load.command;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.load.driver.JsClient;
import io.tailrace.load.oracle.Verdict;
import io.tailrace.load.scenario.Disturbance;
import io.tailrace.load.scenario.Load;
import io.tailrace.load.scenario.Progress;
import io.tailrace.load.scenario.Verification;
import io.tailrace.load.scenario.VerifyOptions;
import io.tailrace.load.scenario.VerifyResult;
import io.tailrace.load.target.RunningSystem;
import io.tailrace.standalone.launch.Standalone;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole system under load, with connections that break all the time. */
class VerifyIT {
  private static final List<String> FAULTS =
      List.of(
          "cut in the handshake",
          "cut after subscribed",
          "cut in a frame",
          "cut in a page",
          "half-open",
          "buffered",
          "delayed");

  private static final int EVENTS = 500;

  /** What is counted while members come and go. */
  private static final List<String> LIVE =
      List.of(
          "changes of members",
          "revoked frames",
          "reads refused to those outside",
          "writes refused to those outside");

  @TempDir static Path folder;
  static Standalone system;

  @BeforeAll
  static void start() {
    system =
        Standalone.start(
            new Standalone.Options(folder.resolve("data"), "127.0.0.1", 0, true), _ -> {});
  }

  @AfterAll
  static void stop() {
    system.close();
  }

  @Test
  void everybodySeesTheSameListWhileConnectionsBreak() throws Exception {
    long seed = new Random().nextInt(1_000_000);
    System.out.println("seed " + seed);
    var options = new VerifyOptions(15, 4, 0, 150, 9, 3, 90, seed);
    var target = new RunningSystem(folder.resolve("data"), null, null).target();
    var enough = new Enough(VerifyIT::isEnough);
    try (var js = JsClient.open();
        var verification = new Verification(options, target, enough, Progress.SILENT, js)) {

      var result = enough.run(verification);

      var text = new VerdictText(result).print(false);
      System.out.println(text);
      var holds = assertInstanceOf(Verdict.Holds.class, result.verdict(), text);
      assertTrue(holds.events() > EVENTS, text);
      assertTrue(isShaken(result.counts()), text);
    }
  }

  private static boolean isEnough(Map<String, Long> counts) {
    return counts.getOrDefault(Verification.COMMITTED, 0L) > EVENTS && isShaken(counts);
  }

  private static boolean isShaken(Map<String, Long> counts) {
    return counts.getOrDefault("cuts", 0L) > 5
        && FAULTS.stream().filter(fault -> counts.getOrDefault(fault, 0L) > 0).count() > 3;
  }

  /**
   * Users are let in and shut out, over HTTP and SQL, by others and by themselves, while they write
   * and look on every path; one channel is closed with everybody in it.
   */
  @Test
  void whoIsShutOutSeesNothingFromThereOnAndWhoStaysSeesAll() throws Exception {
    long seed = new Random().nextInt(1_000_000);
    System.out.println("seed " + seed);
    var options = new VerifyOptions(15, 1, 4, 60, 1, 2, 90, seed);
    var target = new RunningSystem(folder.resolve("data"), null, null).target();
    var enough = new Enough(VerifyIT::areManyShutOut);
    try (var js = JsClient.open();
        var verification = new Verification(options, target, enough, Progress.SILENT, js)) {

      var result = enough.run(verification);

      var text = new VerdictText(result).print(false);
      System.out.println(text);
      assertInstanceOf(Verdict.Holds.class, result.verdict(), text);
      for (var least :
          Map.of(
                  "channels closed", 2,
                  "members removed", 1,
                  "members set", 4,
                  "revoked frames", 1,
                  "sightings by members", 100,
                  "reads refused to those outside", 1,
                  "writes refused to those outside", 1)
              .entrySet()) {
        long counted = result.counts().getOrDefault(least.getKey(), 0L);
        assertTrue(counted >= least.getValue(), least.getKey() + ": " + text);
      }
    }
  }

  private static boolean areManyShutOut(Map<String, Long> counts) {
    return LIVE.stream().allMatch(each -> counts.getOrDefault(each, 0L) > 5);
  }

  /** The run goes on, for a while, until so much has happened, however slow the machine is. */
  private static final class Enough implements Disturbance {
    private final Predicate<Map<String, Long>> isEnough;
    private @Nullable Verification of;

    Enough(Predicate<Map<String, Long>> isEnough) {
      this.isEnough = isEnough;
    }

    VerifyResult run(Verification verification) throws Exception {
      of = verification;
      return verification.run();
    }

    @Override
    public void begin(Load load) {}

    @Override
    public boolean enough() {
      return of != null && isEnough.test(of.counts());
    }

    @Override
    public void end() {}

    @Override
    public Map<String, Long> counts() {
      return Map.of();
    }
  }
}
