package io.tailrace.standalone.launch;

import io.tailrace.embed.EmbedException;
import io.tailrace.embed.FolderLock;
import io.tailrace.embed.PostgresServer;
import io.tailrace.relay.RelayConfig;
import io.tailrace.relay.RelayRebuild;
import io.tailrace.relay.rebuild.Rebuild;
import io.tailrace.write.migrate.Migration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A rebuild of an installation that is stopped: starts its PostgreSQL and Kafka, brings tables and
 * topics into shape, publishes every row again, and stops them.
 *
 * <p>The history store is deleted: it goes by offsets, and a log that was made anew has others.
 */
public final class Rebuilding implements AutoCloseable {
  private static final int FAILED = 1;

  private final Path data;
  private final Map<String, String> settings;
  private final StopOrder parts = new StopOrder();

  private Rebuilding(Path data, Map<String, String> settings) {
    this.settings = settings;
    this.data = data.toAbsolutePath().normalize();
  }

  /**
   * Looks whether a rebuild can be begun; starts nothing.
   *
   * @param settings what the system is started with beside its defaults: of the contracts it
   *     depends in which partition a channel is
   * @throws IllegalStateException where there is no installation, or a system runs on it
   */
  public static Rebuilding of(Path data, Map<String, String> settings) {
    Rebuilding rebuilding = new Rebuilding(data, settings);
    for (String part : List.of("postgres", "kafka")) {
      rebuilding.requireStopped(part);
    }
    return rebuilding;
  }

  private void requireStopped(String part) {
    Path folder = data.resolve(part);
    if (!Files.isDirectory(folder)) {
      if (part.equals("kafka")) {
        return; // lost as a whole: it is made anew
      }
      throw new IllegalStateException(
          "there is no installation in " + data + ": name its folder with --data");
    }
    try (FolderLock _ = FolderLock.take(folder)) {
      // Free: whatever runs keeps it as long as it lives.
      return;
    } catch (EmbedException _) {
      throw new IllegalStateException(
          "a system runs on "
              + data
              + ": stop it (Ctrl-C where `tailrace up` runs), then rebuild, then start it again");
    }
  }

  /**
   * Does it. A {@link #close()} from another thread ends it early.
   *
   * @param atLeast the epoch is not lower than this
   * @throws IllegalStateException naming the part that failed
   */
  public Rebuild.Outcome run(int atLeast, Rebuild.Progress progress) throws InterruptedException {
    Installation installation = Installation.open(data);
    progress.step("starting PostgreSQL and Kafka");
    Standalone.Servers servers = Standalone.Servers.start(installation, parts);
    ServiceSettings told = new ServiceSettings(installation, servers, 0, settings);
    migrate(servers.postgres());
    Standalone.ensureTopics(told);
    forgetHistory();
    return RelayRebuild.run(
        RelayConfig.from(told.relay(RelayConfig.keys())),
        atLeast,
        progress,
        (reason, _) -> {
          System.err.println("tailrace: " + reason);
          Runtime.getRuntime().halt(FAILED);
        });
  }

  private static void migrate(PostgresServer postgres) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setURL(postgres.jdbcUrl());
    source.setUser(postgres.user());
    source.setPassword(postgres.password());
    Migration.apply(source);
    Migration.check(source);
  }

  private void forgetHistory() {
    Path history = data.resolve("catchup");
    if (!Files.isDirectory(history)) {
      return;
    }
    try (Stream<Path> files = Files.walk(history)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new IllegalStateException("the folder " + history + " cannot be deleted: " + e, e);
    }
  }

  /** Stops the servers; does nothing when repeated. */
  @Override
  public void close() {
    parts.close();
  }
}
