package io.tailrace.load.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.load.driver.RawSocket;
import io.tailrace.load.house.MetricNames;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Whoever watches the running system finds what the pages, the alerts and the taps promise. */
class WatchIT {
  private static final Path HOUSE = Path.of("..").toAbsolutePath().normalize();
  private static final int EVENTS = 20;

  /** What the public interface asks of all services together. */
  private static final List<String> REQUIRED =
      List.of(
          "tailrace_service_ready{service=\"write-service\"} 1",
          "tailrace_service_ready{service=\"cdc-relay\"} 1",
          "tailrace_service_ready{service=\"sequencer-streams\"} 1",
          "tailrace_service_ready{service=\"catchup-service\"} 1",
          "tailrace_service_ready{service=\"edge-gateway\"} 1",
          "tailrace_connections_open{wire=\"web_socket\"} ",
          "tailrace_connections_opened_total{wire=\"web_socket\"} ",
          "tailrace_connections_closed_total{reason=",
          "tailrace_handshakes_total{result=\"accepted\"} ",
          "tailrace_connection_queue_bytes_bucket{",
          "tailrace_commit_to_sequenced_seconds_bucket{",
          "tailrace_commit_to_gateway_seconds_bucket{",
          "tailrace_commit_to_socket_seconds_bucket{",
          "tailrace_commit_to_render_seconds_bucket{",
          "tailrace_catchup_answer_seconds_bucket{",
          "tailrace_catchup_answer_bytes_count{",
          "tailrace_gateway_happenings_total{what=\"catch_up\"} ",
          "tailrace_gateway_happenings_total{what=\"repeated\"} ",
          "tailrace_sequencer_repeats_dropped_total ",
          "tailrace_shed_total{lane=\"signal\"} ",
          "tailrace_relay_lag_bytes ",
          "tailrace_relay_lag_seconds ",
          "tailrace_relay_slot_state{state=\"reserved\"} 1",
          "tailrace_sequencer_lag_records{partition=",
          "tailrace_catchup_lag_records{partition=",
          "tailrace_relay_dead_letters_total ",
          "tailrace_sequencer_dead_letters_total{reason=");

  /** Not there before the first time, or without a certificate. */
  private static final Set<String> LATER =
      Set.of(
          "tailrace_connections_refused_total",
          "tailrace_hub_lag_seconds_bucket",
          "tailrace_tls_certificate_until_seconds",
          "tailrace_tls_certificates_total");

  @TempDir static Path folder;
  static Collector collector;
  static Observed system;

  @BeforeAll
  static void start() throws IOException {
    collector = Collector.start();
    system = new Observed(folder, Map.of("otlp.url", collector.url()));
  }

  @AfterAll
  static void stop() {
    system.close();
    collector.close();
  }

  @Test
  void everythingThatIsToBeMeasuredIsShown() throws Exception {
    try (RawSocket socket = system.follower("chat:measured")) {
      system.publish("chat:measured", "hello", null);
      JsonNode event = Observed.await(socket, "event");
      socket.sendText(
          "{\"t\":\"rendered\",\"channel\":\"chat:measured\",\"seq\":"
              + event.path("seq").asLong()
              + ",\"ms\":12.5}");
      system.get("/v1/channels/chat:measured/events?after=0&minSeq=1&waitMs=60000");
      for (String hop : List.of("sequenced", "gateway", "socket", "render")) {
        Await.until(
            "the event is measured from its commit: " + hop,
            () -> value("tailrace_commit_to_" + hop + "_seconds_count ") >= 1);
      }
    }
    for (String required : REQUIRED) {
      Await.until("there is " + required, () -> has(required));
    }

    Set<String> asked = new TreeSet<>();
    for (String file : List.of("prometheus/alerts.yaml", "grafana/dashboards/tailrace.json")) {
      asked.addAll(MetricNames.in(Files.readString(HOUSE.resolve("compose").resolve(file))));
    }
    asked.removeAll(LATER);
    Set<String> shown =
        scrape().stream()
            .map(line -> line.split("[{ ]", 2)[0])
            .collect(Collectors.toCollection(TreeSet::new));
    asked.removeAll(shown);
    assertEquals(Set.of(), asked, "what alerts and dashboard ask for");
  }

  @Test
  void aSampledTraceHasASpanOfEveryHopAndOthersHaveNone() throws Exception {
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    String other = "5bf92f3577b34da6a3ce929d0e0e4736";
    try (RawSocket socket = system.follower("chat:traced")) {
      system.publish("chat:traced", "not sampled", "00-" + other + "-00f067aa0ba902b7-00");
      system.publish("chat:traced", "sampled", "00-" + trace + "-00f067aa0ba902b7-01");
      Observed.await(socket, "event");
      assertEquals(trace, Observed.await(socket, "event").path("traceId").asText());
      Await.until("the collector has four spans", () -> collector.spans(trace).size() >= 4);
    }

    List<Collector.Span> spans = collector.spans(trace);
    assertEquals(
        List.of(
            "write-service write",
            "cdc-relay relay",
            "sequencer-streams sequence",
            "edge-gateway push"),
        spans.stream().map(span -> span.service() + " " + span.name()).toList());
    assertEquals("00f067aa0ba902b7", spans.getFirst().parent());
    for (int i = 1; i < spans.size(); i++) {
      assertEquals(spans.get(i - 1).id(), spans.get(i).parent(), spans.get(i).name());
    }
    for (Collector.Span span : spans) {
      assertTrue(span.startNanos() <= span.endNanos(), span.toString());
    }
    assertEquals(List.of(), collector.spans(other));
  }

  @Test
  void aProgramWithNothingOfOursReadsEveryEventOnce() throws Exception {
    for (int i = 1; i <= EVENTS; i++) {
      system.publish("chat:tapped", "event " + i, null);
    }
    Path lines = folder.resolve("tap.txt");
    Process tap =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                jar(KafkaConsumer.class) + ":" + jar(LoggerFactory.class),
                HOUSE.resolve("docs/taps/Tap.java").toString(),
                system.kafka(),
                "analytics")
            .redirectOutput(lines.toFile())
            .redirectError(folder.resolve("tap.err").toFile())
            .start();
    try {
      Await.until("the last event was printed", () -> tapped(lines).size() >= EVENTS);
    } finally {
      tap.destroy();
      tap.waitFor();
    }

    assertEquals(
        IntStream.rangeClosed(1, EVENTS).mapToObj(i -> i + " event " + i).toList(), tapped(lines));
  }

  private static List<String> tapped(Path lines) throws IOException {
    return Files.readAllLines(lines).stream()
        .filter(line -> line.endsWith("}"))
        .map(WatchIT::json)
        .filter(event -> event.path("channel").asText().equals("demo/chat:tapped"))
        .map(event -> event.path("seq").asText() + " " + event.at("/data/text").asText())
        .toList();
  }

  private static JsonNode json(String line) {
    try {
      return Observed.JSON.readTree(line);
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + line, e);
    }
  }

  private static String jar(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation().getPath();
  }

  private static boolean has(String beginning) throws IOException, InterruptedException {
    return scrape().stream().anyMatch(line -> line.startsWith(beginning));
  }

  private static double value(String beginning) throws IOException, InterruptedException {
    return scrape().stream()
        .filter(line -> line.startsWith(beginning))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private static List<String> scrape() throws IOException, InterruptedException {
    return system.get("/metrics").lines().toList();
  }
}
