package io.tailrace.load.bench;

import io.tailrace.load.target.RunningSystem;
import io.tailrace.load.target.Target;
import io.tailrace.load.target.TargetOptions;
import io.tailrace.standalone.cli.CommandException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which system is measured, and how the result is printed. */
final class BenchOptions {
  @Mixin private TargetOptions target = new TargetOptions();

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
    URI found = target.system().url();
    try {
      if (!InetAddress.getByName(found.getHost()).isLoopbackAddress() || found.getPort() < 0) {
        throw new CommandException("bench loads only this machine: --url http://127.0.0.1:PORT");
      }
      return found;
    } catch (UnknownHostException e) {
      throw new CommandException("There is no host " + found.getHost(), e);
    }
  }

  /** Of a server: one user's limit would be measured instead of the system's. */
  String token() {
    return target.system().publisher(RunningSystem.TENANT, "bench");
  }

  /** Of a server of another tenant. */
  String token(String tenant) {
    return target.system().publisher(tenant, "bench");
  }

  /** Tokens of so many users of their own. */
  List<String> tokens(String prefix, int count) {
    RunningSystem system = target.system();
    return IntStream.range(0, count).mapToObj(n -> system.token(prefix + n)).toList();
  }

  Target target() {
    return target.system().target();
  }

  Connection connect() throws SQLException {
    return target.system().connect();
  }

  ProcessCost cost() {
    return new ProcessCost(
        pid != null ? pid : ProcessCost.listener(url().getPort()), target.system().postmaster());
  }

  /** A name that no earlier run had: its channels are new. */
  static String runName() {
    return String.format(Locale.ROOT, "%08x", System.nanoTime() / 1_000 & 0xffffffffL);
  }
}
