package io.tailrace.standalone.cli;

import io.tailrace.relay.rebuild.Rebuild;
import io.tailrace.relay.slot.SlotException;
import io.tailrace.schemas.log.JsonLog;
import io.tailrace.standalone.launch.Rebuilding;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Publishes everything again as the next epoch, on a stopped installation. */
@Command(
    name = "rebuild",
    description = {
      "Publishes every row of the outbox again, as the next epoch of the log.",
      "For a log that was lost, a database that was restored from a backup, or a replication slot"
          + " that is gone. The system must be stopped. Safe to repeat: one that was cut off is"
          + " begun again under the next number.",
      "For services that run on their own: `tailrace service relay --rebuild`."
    },
    mixinStandardHelpOptions = true)
final class RebuildCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--data",
      defaultValue = "./data",
      description = "Folder that keeps everything. Default: ${DEFAULT-VALUE}.")
  private Path data = Path.of("data");

  @Option(
      names = "--epoch",
      defaultValue = "1",
      description =
          "The epoch is not lower than this. Needed only where database and log both come from a"
              + " backup older than the last rebuild, whose number clients may still hold.")
  private int epoch = 1;

  @Mixin private ServiceOptions services = new ServiceOptions();

  @Option(names = "--json", description = "The result as JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    if (epoch < 1) {
      throw new ParameterException(spec.commandLine(), "--epoch must be at least 1");
    }
    try (Rebuilding rebuilding = Rebuilding.of(data, services.settings(spec))) {
      JsonLog.installFile(data.resolve("tailrace.log"));
      Runtime.getRuntime().addShutdownHook(new Thread(rebuilding::close, "stop"));
      long startNanos = System.nanoTime();
      Rebuild.Outcome outcome = run(rebuilding);
      print(outcome, (System.nanoTime() - startNanos) / 1e9);
      return 0;
    } catch (SlotException e) {
      throw new CommandException(String.valueOf(e.getMessage()));
    }
  }

  private Rebuild.Outcome run(Rebuilding rebuilding) throws InterruptedException {
    try (Bar bar = new Bar(spec.commandLine().getErr())) {
      return rebuilding.run(epoch, bar);
    }
  }

  private void print(Rebuild.Outcome outcome, double seconds) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.printf(
          Locale.ROOT,
          "{\"epoch\":%d,\"rows\":%d,\"deadLetters\":%d,\"partitions\":%d,\"seconds\":%.1f}%n",
          outcome.number(),
          outcome.rows(),
          outcome.deadLetters(),
          outcome.partitions(),
          seconds);
    } else {
      out.printf(
          Locale.ROOT,
          "%d rows published again as epoch %d in %.1f s, %d of them dead letters; %d partitions"
              + " marked, older slots dropped.%n",
          outcome.rows(),
          outcome.number(),
          seconds,
          outcome.deadLetters(),
          outcome.partitions());
      out.println("Start the system again: every client is told to reset once, and reads anew.");
    }
    out.flush();
  }

  /** Steps as lines, rows as a bar. */
  private static final class Bar implements Rebuild.Progress, AutoCloseable {
    private final PrintWriter err;
    private @Nullable ProgressBar bar;

    Bar(PrintWriter err) {
      this.err = err;
    }

    @Override
    public void step(String line) {
      err.println(line);
      err.flush();
    }

    @Override
    public void rows(long done, long all) {
      ProgressBar shown = bar;
      if (shown == null) {
        shown =
            new ProgressBarBuilder()
                .setTaskName("rebuild")
                .setInitialMax(all)
                .setUnit(" rows", 1)
                .setStyle(ProgressBarStyle.ASCII)
                .build();
        bar = shown;
      }
      shown.stepTo(done);
    }

    @Override
    public void close() {
      ProgressBar shown = bar;
      if (shown != null) {
        shown.close();
      }
    }
  }
}
