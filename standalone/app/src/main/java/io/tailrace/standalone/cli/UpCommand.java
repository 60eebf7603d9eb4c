package io.tailrace.standalone.cli;

import io.tailrace.schemas.http.StopSignals;
import io.tailrace.schemas.log.JsonLog;
import io.tailrace.standalone.launch.Installation;
import io.tailrace.standalone.launch.Standalone;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the whole system until it is asked to stop. */
@Command(
    name = "up",
    description = "Runs the whole system in one JVM, with PostgreSQL and Kafka, until Ctrl-C.",
    mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
  private static final Duration TOKEN_FOR = Duration.ofDays(1);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(20);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--data",
      defaultValue = "./data",
      description = "Folder that keeps everything. Default: ${DEFAULT-VALUE}.")
  private Path data = Path.of("data");

  @Option(names = "--port", defaultValue = "8080", description = "Default: ${DEFAULT-VALUE}.")
  private int port = 8080;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description = "Address to bind; 0.0.0.0 for all. Default: ${DEFAULT-VALUE}.")
  private String host = "";

  @Option(
      names = "--demo",
      defaultValue = "true",
      arity = "1",
      description = "Whether the demo page and its tokens are served. Default: ${DEFAULT-VALUE}.")
  private boolean demo = true;

  @Mixin private ServiceOptions services = new ServiceOptions();

  @Override
  public Integer call() throws InterruptedException {
    if (port < 0 || port > 65_535) {
      throw new ParameterException(spec.commandLine(), "--port must be 0 to 65535");
    }
    Map<String, String> settings = services.settings(spec);
    Path log = data.resolve("tailrace.log");
    JsonLog.installFile(log);
    PrintWriter err = spec.commandLine().getErr();
    err.println(
        "starting; everything is kept in "
            + data.toAbsolutePath().normalize()
            + ", its log in "
            + log.getFileName());
    Standalone system = Standalone.of(new Standalone.Options(data, host, port, demo, settings));
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Thread stop =
        new Thread(
            () -> {
              err.println("stopping");
              system.close();
              awaitBriefly(started); // a part that was just starting is stopped by its own thread
              stopped.countDown();
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(stop);
    Thread.ofPlatform().name("signals").daemon().start(UpCommand::endWhenAsked);
    try {
      system.begin(err::println);
    } finally {
      started.countDown();
    }
    greet(system);
    stopped.await();
    return 0;
  }

  /** As a service does: 0 after a clean stop, and a second signal ends it at once. */
  private static void endWhenAsked() {
    try {
      StopSignals.take().await();
      System.exit(0);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitBriefly(CountDownLatch latch) {
    try {
      if (!latch.await(STOP_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
        System.err.println("tailrace: a part did not stop in time");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void greet(Standalone system) {
    String url = system.addresses().get("url");
    PrintWriter out = spec.commandLine().getOut();
    out.println();
    out.println("Tailrace is ready in " + sinceStart() + " s:  " + url);
    out.println();
    out.println("  tokens of the tenant demo, valid for a day");
    out.println("  ann  " + token("ann"));
    out.println("  bob  " + token("bob"));
    out.println();
    out.println("  to try, in another terminal");
    out.println(
        "  export TAILRACE_URL="
            + url
            + " TAILRACE_TOKEN=$(./tailrace token --user ann"
            + dataOption()
            + ")");
    out.println("  ./tailrace tail chat:lobby &");
    out.println("  ./tailrace publish chat:lobby message.posted '{\"text\":\"hello\"}'");
    out.println();
    out.flush();
  }

  private String dataOption() {
    return data.equals(Path.of("./data")) ? "" : " --data " + data;
  }

  private String token(String user) {
    return Installation.open(data).token("demo", user, Set.of(), null, TOKEN_FOR);
  }

  /** Since the JVM began: the process may have spent minutes on a build before. */
  private static String sinceStart() {
    long millis = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
    return String.format(Locale.ROOT, "%.1f", millis / 1000.0);
  }
}
