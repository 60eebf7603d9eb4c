package io.tailrace.load.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One room, everybody comes back at once. */
@Command(
    name = "storm",
    description = {
      "Lets many clients of one room, each a user of its own, reconnect at the same moment, all the"
          + " same number of events",
      "behind; counts the time until each has every event and the chain of the last one, and what"
          + " the system was asked.",
      "Needs ulimit -n above the number of clients, here and at the server."
    },
    mixinStandardHelpOptions = true)
final class StormCommand implements Callable<Integer> {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int ROWS = 100;
  private static final long SAMPLE_MS = 50;

  /** PostgreSQL's backends hand in what they have counted at most once a second. */
  private static final long STATISTICS_MS = 1500;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(names = "--clients", defaultValue = "10000", description = "Default: ${DEFAULT-VALUE}.")
  private int clients = 10_000;

  @Option(
      names = "--behind",
      defaultValue = "1000",
      description = "Events that each has missed, in hundreds. Default: ${DEFAULT-VALUE}.")
  private int behind = 1000;

  @Option(
      names = "--bytes",
      defaultValue = "200",
      description = "Data of an event. Default: ${DEFAULT-VALUE}.")
  private int bytes = 200;

  @Option(
      names = "--within",
      defaultValue = "60",
      description = "Seconds after which it is given up. Default: ${DEFAULT-VALUE}.")
  private int within = 60;

  private record Place(long head, int epoch, String chain) {}

  @Override
  public Integer call() throws InterruptedException {
    Checks.between(spec, "--clients", clients, 1, 100_000);
    Checks.between(spec, "--behind", behind, ROWS, 100_000);
    Checks.between(spec, "--bytes", bytes, 50, 10_000);
    Checks.between(spec, "--within", within, 1, 600);
    List<String> tokens = options.tokens("storm-", clients);
    EventProbe probe = new EventProbe(BenchOptions.runName(), bytes);
    try (HttpClient http = HttpClient.newHttpClient();
        Connection watcher = options.connect();
        BatchPublisher publisher = new BatchPublisher(options, probe, 1, 1)) {
      OpenLoop now = new OpenLoop(System.nanoTime(), 1);
      publisher.publish(now, 1, ROWS, false);
      Place before = awaitHead(http, tokens.getFirst(), probe.channel(0), ROWS);
      publisher.publish(now, behind / ROWS, ROWS, false);
      Place after =
          awaitHead(
              http,
              tokens.getFirst(),
              probe.channel(0),
              before.head() + behind / ROWS * (long) ROWS);
      Storm.Plan plan =
          new Storm.Plan(
              options.url(),
              probe,
              tokens,
              before.head(),
              after.head(),
              ",\"epoch\":" + before.epoch() + ",\"chain\":\"" + before.chain() + "\"",
              after.chain());
      return measure(plan, http, watcher).print(spec.commandLine().getOut(), options.json());
    } catch (SQLException e) {
      throw new CommandException("PostgreSQL refused: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new CommandException("The clients cannot connect: " + e.getMessage(), e);
    }
  }

  private Result measure(Storm.Plan plan, HttpClient http, Connection watcher)
      throws InterruptedException, SQLException, IOException {
    ProcessCost cost = options.cost();
    long settled = transactions(watcher);
    long idleFrom = System.nanoTime();
    Thread.sleep(STATISTICS_MS);
    double idlePerSecond = (transactions(watcher) - settled - 1) * 1e9 / since(idleFrom);
    long memoryBefore = cost.residentMib();
    AtomicLong memoryMost = new AtomicLong(memoryBefore);
    AtomicBoolean over = new AtomicBoolean();
    Thread sampler = Thread.ofVirtual().start(() -> sample(cost, memoryMost, over));
    ServerMetrics first = ServerMetrics.of(http, plan.url());
    long transactionsFrom = transactions(watcher);
    try (Storm storm = new Storm(plan)) {
      ProcessCost.Reading from = cost.read();
      long began = System.nanoTime();
      storm.run(TimeUnit.SECONDS.toNanos(within));
      double seconds = since(began) / 1e9;
      ProcessCost.Cores cores = ProcessCost.between(from, cost.read());
      over.set(true);
      sampler.join();
      ServerMetrics last = ServerMetrics.of(http, plan.url());
      Thread.sleep(STATISTICS_MS);
      long transactions = transactions(watcher) - transactionsFrom - 1;
      double idle = idlePerSecond * since(began) / 1e9;
      Storm.Counts counts = storm.counts();
      return new Result()
          .put("scenario", "storm")
          .put("clients", clients)
          .put("eventsBehind", plan.head() - plan.after())
          .put("secondsUntilAllExact", seconds)
          .put("exactAfterMs", Latencies.millis(storm.exactAfter()))
          .put("deliveries", counts.events)
          .put("deliveriesPerSecond", counts.events / seconds)
          .put("mibPerSecond", counts.bytes / seconds / (1 << 20))
          .put("connects", counts.connects)
          .put("handshakesRefused", counts.refused)
          .put("connectionsLost", counts.lost)
          .put("closeCodes", counts.closes)
          .put("resumesPutOff", counts.putOff)
          .put("timesBehind", counts.behind)
          .put("joinRequests", last.since(first, "tailrace_join_seconds_count"))
          .put("storeRequests", last.since(first, "tailrace_catchup_answer_seconds_count"))
          .put("gatewayWrites", last.since(first, "tailrace_gateway_writes_total"))
          .put("postgresTransactions", transactions)
          .put("postgresTransactionsIdle", idle)
          .put("serverCores", cores.server())
          .put("postgresCores", cores.postgres())
          .put("serverResidentMibBefore", memoryBefore)
          .put("serverResidentMibMost", memoryMost.get())
          .missing(storm.missing());
    }
  }

  private static void sample(ProcessCost cost, AtomicLong most, AtomicBoolean over) {
    try {
      while (!over.get()) {
        most.accumulateAndGet(cost.residentMib(), Math::max);
        Thread.sleep(SAMPLE_MS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static long since(long nanos) {
    return System.nanoTime() - nanos;
  }

  /** Transactions of all sessions in this database since it was made, this one not yet. */
  private static long transactions(Connection watcher) throws SQLException {
    try (Statement statement = watcher.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select xact_commit + xact_rollback from pg_stat_database where datname ="
                    + " current_database()")) {
      row.next();
      return row.getLong(1);
    }
  }

  private Place awaitHead(HttpClient http, String token, String channel, long head)
      throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(options.url().resolve("/v1/channels/" + channel))
            .header("Authorization", "Bearer " + token)
            .build();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    try {
      while (System.nanoTime() < until) {
        HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() == 200) {
          JsonNode state = JSON.readTree(answer.body());
          if (state.path("head").asLong() >= head) {
            return new Place(
                state.path("head").asLong(),
                state.path("epoch").asInt(),
                state.path("chain").asText());
          }
        }
        Thread.sleep(5);
      }
    } catch (IOException e) {
      throw new CommandException("History cannot be read: " + e.getMessage(), e);
    }
    throw new CommandException("The events did not come into history in time");
  }
}
