package io.tailrace.standalone.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.tailrace.standalone.launch.Installation;
import io.tailrace.standalone.launch.Standalone;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo page and the console in a real Chromium, against the whole system: runs the tests of
 * {@code src/test/browser} with Node. What they printed stands in {@code target/browser}, with
 * screenshots.
 */
final class BrowserIT {
  private static final Path TESTS = Path.of("src/test/browser").toAbsolutePath();
  private static final Path CLIENT = Path.of("../../clients/js").toAbsolutePath().normalize();
  private static final Path OUTPUT = Path.of("target/browser").toAbsolutePath();
  private static final Path CHROMIUM =
      Path.of(System.getenv().getOrDefault("CHROMIUM", "/usr/bin/chromium"));
  private static final long MINUTES_MAX = 15;

  /** A browser that the machine keeps waiting is no stranger who holds a connection. */
  private static final Map<String, String> PATIENT =
      Map.of("http.head.ms", "600000", "http.body.ms", "600000", "hello.wait.ms", "600000");

  private static final Duration VALID_FOR = Duration.ofHours(2);

  @TempDir private static Path data;
  private static Standalone system;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    Files.createDirectories(OUTPUT);
    if (!Files.isExecutable(CHROMIUM) || !runs("node") || !runs("npm")) {
      fail(
          "The browser tests need Node 18 or newer, npm and Chromium: apt-get install nodejs npm chromium"
              + " (or set CHROMIUM to another Chromium)");
    }
    List<String> install = List.of("npm", "ci", "--no-audit", "--no-fund");
    assertPassed(TESTS, "npm-ci.log", install, Map.of());
    system =
        Standalone.start(
            new Standalone.Options(data, "127.0.0.1", 0, true, PATIENT), System.err::println);
  }

  @AfterAll
  static void stop() {
    if (system != null) {
      system.close();
    }
  }

  @Test
  void thePages() throws IOException, InterruptedException {
    Map<String, String> environment =
        Map.of(
            "TAILRACE_URL", "http://localhost:" + system.port(),
            "TAILRACE_SCREENSHOTS", OUTPUT.toString(),
            "TAILRACE_ADMIN_TOKEN", adminOf("demo"),
            "TAILRACE_OTHER_ADMIN_TOKEN", adminOf("acme"),
            "CHROMIUM", CHROMIUM.toString());
    assertPassed(TESTS, "tests.log", List.of("npm", "test"), environment);
  }

  private static String adminOf(String tenant) {
    return Installation.open(data).token(tenant, "ops", Set.of("admin"), null, VALID_FOR);
  }

  @Test
  void theClientThatItLoads() throws IOException, InterruptedException {
    assertPassed(CLIENT, "client.log", List.of("npm", "test"), Map.of());
  }

  private static void assertPassed(
      Path folder, String log, List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    int exit = run(folder, log, command, environment);
    assertEquals(0, exit, () -> command + " failed:\n" + text(OUTPUT.resolve(log)));
  }

  private static boolean runs(String program) throws InterruptedException {
    try {
      return run(TESTS, program + "-version.log", List.of(program, "--version"), Map.of()) == 0;
    } catch (IOException notThere) {
      return false;
    }
  }

  /** Runs a program in a folder, bounded in time; what it prints goes to a file. */
  private static int run(
      Path folder, String log, List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(OUTPUT.resolve(log).toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      if (!process.waitFor(MINUTES_MAX, TimeUnit.MINUTES)) {
        fail(command + " is not done after " + MINUTES_MAX + " minutes: " + OUTPUT.resolve(log));
      }
      return process.exitValue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "(unreadable: " + e + ")";
    }
  }
}
