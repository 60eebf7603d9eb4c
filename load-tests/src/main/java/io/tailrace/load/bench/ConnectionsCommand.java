package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What an idle connection costs. */
@Command(
    name = "connections",
    description = {
      "Opens idle connections in steps, each a user of its own with one subscription, every other"
          + " one to a room that all share and",
      "the rest each to one of its own. After each step the server's heap is collected and its"
          + " memory read, so its other",
      "clients pause meanwhile. Needs ulimit -n above the number of sockets, here and at the"
          + " server, and the JDK's jcmd."
    },
    mixinStandardHelpOptions = true)
final class ConnectionsCommand implements Callable<Integer> {
  private static final int FIRST = 200;
  private static final int OTHER_FILES = 800;
  private static final int CLASSES_SHOWN = 12;
  private static final double KIB_PER_GIB = 1 << 20;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(names = "--sockets", defaultValue = "10000", description = "Default: ${DEFAULT-VALUE}.")
  private int sockets = 10_000;

  @Option(names = "--steps", defaultValue = "4", description = "Default: ${DEFAULT-VALUE}.")
  private int steps = 4;

  @Override
  public Integer call() throws InterruptedException {
    Checks.between(spec, "--sockets", sockets, 2 * FIRST, 250_000);
    Checks.between(spec, "--steps", steps, 1, 20);
    ProcessCost cost = options.cost();
    mayOpen(ProcessHandle.current().pid(), "this process");
    mayOpen(cost.pid(), "the server");
    ServerMemory memory = new ServerMemory(cost);
    Result result = new Result().put("scenario", "connections").put("sockets", sockets);
    List<String> tokens = options.tokens("idle-", sockets);
    try (IdleClients clients = new IdleClients(options.url(), tokens, BenchOptions.runName())) {
      clients.open(FIRST);
      ServerMemory.Reading first = memory.read();
      put(result, FIRST, first);
      ServerMemory.Reading last = first;
      for (int step = 1; step <= steps; step++) {
        int open = FIRST + (int) ((long) (sockets - FIRST) * step / steps);
        clients.open(open);
        last = memory.read();
        put(result, open, last);
      }
      each(result, first, last);
      return result
          .missing(clients.trouble().isEmpty() ? List.of() : List.of(clients.trouble()))
          .print(spec.commandLine().getOut(), options.json());
    } catch (IOException e) {
      throw new CommandException("The clients cannot connect: " + e.getMessage(), e);
    }
  }

  private void mayOpen(long pid, String who) {
    long most = ServerMemory.openFilesMax(pid);
    if (most < sockets + OTHER_FILES) {
      throw new CommandException(
          "%s may open %d files, but %d sockets need %d: start it where ulimit -n says so, which ulimit -Hn must allow"
              .formatted(who, most, sockets, sockets + OTHER_FILES));
    }
  }

  private static void put(Result result, int open, ServerMemory.Reading reading) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("heapKib", reading.heapKib());
    row.put("residentMib", reading.residentMib());
    row.put("buffersKibOfBothEnds", reading.buffersKib());
    row.put("slabKibOfBothEnds", reading.slabKib());
    result.put("at" + open, row);
  }

  /** From the first connections on, so that what the first ones load counts for none. */
  private void each(Result result, ServerMemory.Reading first, ServerMemory.Reading last) {
    double more = sockets - FIRST;
    double heapKib = (last.heapKib() - first.heapKib()) / more;
    double kernelKib =
        (last.buffersKib() + last.slabKib() - first.buffersKib() - first.slabKib()) / more;
    result
        .put("heapKibEach", heapKib)
        .put("residentKibEach", (last.residentMib() - first.residentMib()) * 1024 / more)
        .put("kernelKibEachOfBothEnds", kernelKib)
        .put("connectionsPerGibOfHeap", Math.round(KIB_PER_GIB / heapKib))
        .put(
            "connectionsPerGibWithKernel",
            Math.round(KIB_PER_GIB / (heapKib + Math.max(0, kernelKib / 2))));
    Map<String, Long> grown = new LinkedHashMap<>();
    last.classes()
        .forEach((name, bytes) -> grown.put(name, bytes - first.classes().getOrDefault(name, 0L)));
    result.put(
        "bytesEachByClass",
        grown.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .limit(CLASSES_SHOWN)
            .map(entry -> Math.round(entry.getValue() / more) + " " + entry.getKey())
            .toList());
  }
}
