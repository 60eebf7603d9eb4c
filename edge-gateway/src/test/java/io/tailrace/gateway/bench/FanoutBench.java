package io.tailrace.gateway.bench;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.FakeCatchup;
import io.tailrace.gateway.testkit.FeedWriter;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code FanoutBench SUBSCRIBERS EVENTS_PER_SECOND SECONDS}: one room. The gateway is the process
 * that an operator starts; its CPU time is read from {@code /proc}.
 */
public final class FanoutBench {
  private static final int PAD = 100;
  private static final int WARM_SECONDS = 3;
  private static final double TICKS_PER_SECOND = 100;

  private FanoutBench() {}

  /** Runs once and prints what the subscribers saw and what the gateway used. */
  public static void main(String[] arguments) throws Exception {
    int subscribers = Integer.parseInt(arguments[0]);
    int rate = Integer.parseInt(arguments[1]);
    int seconds = Integer.parseInt(arguments[2]);
    try (KafkaBroker broker = KafkaBroker.temporary();
        FakeCatchup catchup = new FakeCatchup();
        FeedWriter feed = new FeedWriter(broker.bootstrap())) {
      int port = 18_500;
      Process gateway =
          java(
              List.of(
                  "io.tailrace.gateway.Main",
                  "--http.port=" + port,
                  "--kafka.bootstrap=" + broker.bootstrap(),
                  "--catchup.url=" + catchup.address(),
                  "--service.key=" + FakeCatchup.SERVICE_KEY,
                  "--keys.file=" + Gateway.keys(),
                  "--handshakes.per.second=100000",
                  "--heartbeat.ms=120000"));
      Process client = null;
      try {
        awaitReady(port);
        client =
            java(
                List.of(
                    "io.tailrace.gateway.bench.Subscribers",
                    Integer.toString(port),
                    Integer.toString(subscribers),
                    Integer.toString(seconds),
                    Gateway.token("ann")));
        awaitSubscribed(client);
        long cpu = cpuTicks(gateway);
        publish(feed, rate, seconds + WARM_SECONDS);
        String seen = client.inputReader().readLine();
        // Until the last delivery: on a busy machine that is later than the last event.
        double used = (cpuTicks(gateway) - cpu) / TICKS_PER_SECOND;
        System.out.printf(
            Locale.ROOT,
            "%d x %d/s: asked %d deliveries/s, gateway %.2f CPU seconds = %.2f cores, RSS %d MB%n%s%n",
            subscribers,
            rate,
            subscribers * rate,
            used,
            used / (seconds + WARM_SECONDS),
            rss(gateway),
            seen);
      } finally {
        gateway.destroy();
        if (client != null) {
          client.destroy();
        }
      }
    }
  }

  private static void publish(FeedWriter feed, int rate, int seconds) {
    long every = 1_000_000_000L / rate;
    long due = System.nanoTime();
    for (int i = 0; i < rate * seconds; i++) {
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      feed.write(
          feed.next(
              Gateway.channel("room"),
              String.format("{\"at\":\"%019d\",\"p\":\"%s\"}", due, "x".repeat(PAD))));
      due += every;
    }
    feed.flush();
  }

  private static Process java(List<String> rest) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dlogback.configurationFile=logback-test.xml",
                "-cp",
                System.getProperty("java.class.path")));
    command.addAll(rest);
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static void awaitReady(int port) {
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/ready")).build();
    Await.until(
        "the gateway is ready",
        () -> http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200);
    http.close();
  }

  private static void awaitSubscribed(Process client) throws IOException {
    System.out.println(client.inputReader().readLine());
  }

  private static long cpuTicks(Process process) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  private static long rss(Process process) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .sum()
        / 1024;
  }
}
