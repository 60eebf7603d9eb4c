package io.tailrace.relay;

import io.tailrace.relay.rebuild.Rebuild;
import io.tailrace.relay.slot.SlotException;
import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SettingsException;
import io.tailrace.schemas.http.PortConfig;
import io.tailrace.schemas.log.JsonLog;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rebuild as a process of its own, with the relay's settings. No setting but an argument asks for
 * it, so that no supervisor repeats it. Exit 0 done, 1 failed, 2 wrong use.
 */
final class RebuildMain {
  /** The argument. */
  static final String OPTION = "--rebuild";

  private static final int FAILED = 1;
  private static final int WRONG = 2;
  private static final Key<Integer> EPOCH =
      Key.number(
          "epoch",
          "1",
          "The new epoch is not lower than this; see docs/rebuild.md.",
          1,
          Integer.MAX_VALUE);

  private RebuildMain() {}

  /** Runs and ends the JVM. */
  static void run(List<String> arguments) {
    JsonLog.install();
    List<Key<?>> keys = new ArrayList<>(PortConfig.keys());
    keys.add(EPOCH);
    keys.addAll(RelayConfig.keys());
    if (arguments.contains("--help")) {
      System.out.print("cdc-relay --rebuild: publishes every row again, as the next epoch\n");
      System.out.print(Settings.help(keys));
      System.exit(0);
    }
    try {
      Settings settings = Settings.load(keys, arguments, System.getenv());
      Rebuild.Outcome outcome =
          RelayRebuild.run(
              RelayConfig.from(settings), settings.get(EPOCH), new Lines(), RebuildMain::halt);
      System.out.printf(
          "%d rows published again as epoch %d, %d of them dead letters; %d partitions marked,"
              + " older slots dropped%n",
          outcome.rows(), outcome.number(), outcome.deadLetters(), outcome.partitions());
      System.exit(0);
    } catch (SettingsException | IllegalArgumentException e) {
      System.err.println("cdc-relay: " + e.getMessage());
      System.exit(WRONG);
    } catch (SlotException | IllegalStateException | InterruptedException e) {
      System.err.println("cdc-relay: " + e.getMessage());
      System.exit(FAILED);
    }
  }

  private static void halt(String reason, @Nullable Throwable cause) {
    System.err.println("cdc-relay: " + reason);
    Runtime.getRuntime().halt(FAILED);
  }

  /** A line for each step, and for each tenth of the rows. */
  private static final class Lines implements Rebuild.Progress {
    private long tenth = -1;

    @Override
    public void step(String line) {
      System.err.println(line);
    }

    @Override
    public void rows(long done, long all) {
      long now = all == 0 ? 10 : done * 10 / all;
      if (now != tenth) {
        tenth = now;
        System.err.println(done + " of " + all + " rows");
      }
    }
  }
}
