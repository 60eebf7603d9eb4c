package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import io.tailrace.standalone.launch.Installation;
import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which system is measured, and how the result is printed. */
final class BenchOptions {
  private static final Duration TOKEN_FOR = Duration.ofHours(2);

  @Option(
      names = "--data",
      defaultValue = "./data",
      description =
          "Data folder of the running system; its key signs the token. Default: ${DEFAULT-VALUE}.")
  private Path data = Path.of("data");

  @Option(names = "--url", description = "Where the system is. Default: what the data folder says.")
  private @Nullable URI url;

  @Option(
      names = "--pid",
      description =
          "Process of the server whose CPU is measured. Default: who listens on the port.")
  private @Nullable Long pid;

  @Option(names = "--json", description = "The result as JSON.")
  private boolean json = false;

  boolean json() {
    return json;
  }

  /** Load is for this machine's own system alone. */
  URI url() {
    URI found = url != null ? url : URI.create(properties().getProperty("url"));
    try {
      if (!InetAddress.getByName(found.getHost()).isLoopbackAddress() || found.getPort() < 0) {
        throw new CommandException("bench loads only this machine: --url http://127.0.0.1:PORT");
      }
      return found;
    } catch (UnknownHostException e) {
      throw new CommandException("There is no host " + found.getHost(), e);
    }
  }

  String token() {
    return Installation.open(data).token("demo", "bench", Set.of(), null, TOKEN_FOR);
  }

  /** Tokens of so many users of their own. */
  List<String> tokens(String prefix, int count) {
    Installation installation = Installation.open(data);
    return IntStream.range(0, count)
        .mapToObj(n -> installation.token("demo", prefix + n, Set.of(), null, TOKEN_FOR))
        .toList();
  }

  Connection connect() throws SQLException {
    Properties at = properties();
    return DriverManager.getConnection(
        at.getProperty("database.url"),
        at.getProperty("database.user"),
        at.getProperty("database.password"));
  }

  ProcessCost cost() {
    return new ProcessCost(pid != null ? pid : ProcessCost.listener(url().getPort()), postmaster());
  }

  /** A name that no earlier run had: its channels are new. */
  static String runName() {
    return String.format(Locale.ROOT, "%08x", System.nanoTime() / 1_000 & 0xffffffffL);
  }

  private long postmaster() {
    Path file = data.resolve("postgres/data/postmaster.pid");
    try {
      return Files.exists(file) ? Long.parseLong(Files.readAllLines(file).getFirst().trim()) : 0;
    } catch (IOException e) {
      throw new CommandException(file + " cannot be read", e);
    }
  }

  private Properties properties() {
    Properties properties = new Properties();
    Path file = data.resolve("tailrace.properties");
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException e) {
      throw new CommandException(
          "Nothing runs on " + data + ": start it with ./tailrace up --data " + data, e);
    }
    return properties;
  }
}
