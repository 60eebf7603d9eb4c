package io.tailrace.load.bench;

import io.tailrace.load.fault.ManyProcesses;
import io.tailrace.load.target.OwnSystemOptions;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Who is here, while gateways are killed. */
@Command(
    name = "presence",
    description = {
      "Starts a system of processes of its own with two gateways, lets many members be present in"
          + " rooms, and kills one",
      "gateway after the other. Somebody looks at each room all the time: nobody who stayed may be"
          + " missing, nobody who",
      "left may be there longer than the contract's ttlMs. Needs ulimit -n above the members."
    },
    mixinStandardHelpOptions = true)
final class PresenceCommand implements Callable<Integer> {
  private static final int GATEWAYS = 2;
  private static final int LINES_MAX = 20;
  private static final long START_NANOS = TimeUnit.MINUTES.toNanos(5);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--members", defaultValue = "10000", description = "Default: 10000.")
  private int members = 10_000;

  @Option(
      names = "--room",
      defaultValue = "100",
      description = "Members of a room, at most 200. Default: ${DEFAULT-VALUE}.")
  private int room = 100;

  @Option(
      names = "--kills",
      defaultValue = "2",
      description = "SIGKILLs, of the gateways in turn. Default: ${DEFAULT-VALUE}.")
  private int kills = 2;

  @Option(
      names = "--leave",
      defaultValue = "5",
      description = "Of a hundred whose gateway is killed, so many stay away. Default: 5.")
  private int leave = 5;

  @Option(
      names = "--margin",
      defaultValue = "10",
      description = "Seconds that a room may be behind the truth. Default: ${DEFAULT-VALUE}.")
  private int marginSeconds = 10;

  @Mixin private OwnSystemOptions own = new OwnSystemOptions();

  @Option(names = "--json", description = "The result as JSON.")
  private boolean json = false;

  @Override
  public Integer call() throws Exception {
    Checks.between(spec, "--room", room, 1, 200);
    Checks.between(spec, "--members", members, room, 100_000);
    Checks.between(spec, "--kills", kills, 0, 100);
    Checks.between(spec, "--leave", leave, 0, 100);
    Checks.between(spec, "--margin", marginSeconds, 1, 600);
    Path folder = own.folder("presence");
    long chosen = own.seed();
    spec.commandLine().getErr().println("folder " + folder + ", seed " + chosen);
    try (ManyProcesses system = ManyProcesses.start(folder)) {
      return measure(system, new Random(chosen)).print(spec.commandLine().getOut(), json);
    } catch (IOException e) {
      throw new CommandException("The system cannot be reached: " + e.getMessage(), e);
    }
  }

  private Result measure(ManyProcesses system, Random random) throws InterruptedException {
    Contract.Presence rules = Objects.requireNonNull(Contracts.shipped().of("chat")).presence();
    String run = BenchOptions.runName();
    List<URI> gateways = List.of(system.baseOf("gateway-1"), system.baseOf("gateway-2"));
    List<String> tokens =
        IntStream.range(0, members).mapToObj(n -> system.target().tokens().apply("m" + n)).toList();
    List<String> lookerTokens =
        IntStream.range(0, members)
            .mapToObj(n -> system.target().tokens().apply("looker" + n))
            .toList();
    try (Attendance crowd =
        new Attendance(
            new Attendance.Plan(
                gateways,
                tokens::get,
                n -> "chat:" + run + "-" + n / room,
                members,
                rules.heartbeatMs()),
            (_, _) -> {})) {
      Screens screens =
          new Screens(
              crowd,
              members,
              room,
              TimeUnit.MILLISECONDS.toNanos(rules.ttlMs())
                  + TimeUnit.SECONDS.toNanos(marginSeconds));
      try (Attendance lookers =
          new Attendance(
              new Attendance.Plan(
                  gateways, lookerTokens::get, n -> "chat:" + run + "-" + n, screens.rooms(), 0),
              screens)) {
        until("everybody is here and shown", crowd, lookers, START_NANOS, screens::areComplete);
        screens.judge();
        for (int kill = 0; kill < kills; kill++) {
          killOne(system, kill % GATEWAYS, random, crowd, lookers, screens, rules.ttlMs());
        }
        return result(screens);
      }
    }
  }

  private void killOne(
      ManyProcesses system,
      int gateway,
      Random random,
      Attendance crowd,
      Attendance lookers,
      Screens screens,
      long ttlMs)
      throws InterruptedException {
    Thread.sleep(random.nextInt(5000));
    String name = "gateway-" + (gateway + 1);
    for (int n = 0; n < members; n++) {
      if (crowd.gatewayOf(n) == gateway && random.nextInt(100) < leave) {
        crowd.stayAway(n);
      }
    }
    spec.commandLine().getErr().println("kill " + name);
    system.kill(name);
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ttlMs / 2);
    until(
        "everybody who stays is back",
        crowd,
        lookers,
        START_NANOS,
        () -> {
          screens.sample();
          return IntStream.range(0, members)
              .allMatch(n -> crowd.goneSince(n) != 0 || crowd.lostSince(n) == 0);
        });
    spec.commandLine().getErr().println("all are back");
    system.startAgain(name);
    system.awaitReady(name);
    long end =
        until
            + TimeUnit.MILLISECONDS.toNanos(ttlMs / 2)
            + TimeUnit.SECONDS.toNanos(marginSeconds + 5L);
    until(
        "the time to live has passed",
        crowd,
        lookers,
        START_NANOS,
        () -> {
          screens.sample();
          return System.nanoTime() > end;
        });
  }

  private static void until(
      String what, Attendance crowd, Attendance lookers, long nanos, BooleanSupplier done)
      throws InterruptedException {
    long end = System.nanoTime() + nanos;
    while (!done.getAsBoolean()) {
      crowd.check();
      lookers.check();
      if (System.nanoTime() > end) {
        throw new CommandException("After " + nanos / 1_000_000_000 + " s still not: " + what);
      }
      Thread.sleep(200);
    }
  }

  private Result result(Screens screens) {
    List<String> wrong = new ArrayList<>(screens.wrong().stream().limit(LINES_MAX).toList());
    return new Result()
        .put("scenario", "presence")
        .put("members", members)
        .put("rooms", screens.rooms())
        .put("kills", kills)
        .put("stayedAway", screens.away())
        .put("samplesOfARoom", screens.samples())
        .put("framesOfPresence", screens.frames())
        .put("longestShownAfterLeavingMs", screens.longestGhostNanos() / 1_000_000)
        .put("missingOfThoseWhoStayed", screens.flickers())
        .put("shownTooLong", screens.ghosts())
        .missing(wrong);
  }
}
