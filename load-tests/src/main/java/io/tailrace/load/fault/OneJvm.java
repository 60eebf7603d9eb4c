package io.tailrace.load.fault;

import io.tailrace.embed.PostgresServer;
import io.tailrace.load.target.Target;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;

/**
 * {@code tailrace up} on a data folder, killed as a whole; the PostgreSQL that it leaves behind is
 * the next start's business.
 */
public final class OneJvm implements Victims {
  private static final int PAUSE_MS_MAX = 2_000;

  private final Path data;
  private final Child child;
  private final Target target;

  /**
   * Starts it and waits until it is ready.
   *
   * @param targetOf makes the target out of folder and address
   */
  public static OneJvm start(Path data, int port, BiFunction<Path, URI, Target> targetOf)
      throws InterruptedException {
    var base = URI.create("http://127.0.0.1:" + port);
    var child =
        new Child(
            "the JVM",
            base.resolve("/health/ready"),
            data.resolveSibling(data.getFileName() + ".log"),
            "1g",
            List.of("up", "--data", data.toString(), "--port", Integer.toString(port)));
    child.start();
    try {
      child.awaitReady();
      return new OneJvm(data, child, targetOf.apply(data, base));
    } catch (RuntimeException e) {
      child.close();
      throw e;
    }
  }

  private OneJvm(Path data, Child child, Target target) {
    this.data = data;
    this.child = child;
    this.target = target;
  }

  @Override
  public Target target() {
    return target;
  }

  @Override
  public String killOne(RandomGenerator random) throws InterruptedException {
    child.kill();
    TimeUnit.MILLISECONDS.sleep(random.nextInt(PAUSE_MS_MAX));
    child.start();
    child.awaitReady();
    return child.name();
  }

  @Override
  public void close() {
    boolean leftBehind = !child.running();
    child.close();
    if (leftBehind) {
      // Killed and not started again: its PostgreSQL still runs. Starting on the folder stops that.
      PostgresServer.start(data.resolve("postgres"), 0).close();
    }
  }
}
