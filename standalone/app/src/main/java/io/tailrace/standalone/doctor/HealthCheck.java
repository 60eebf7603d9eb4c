package io.tailrace.standalone.doctor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.schemas.tls.TrustedAuthorities;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Asks every address for {@code /health/ready}, and what relays there say of their lag. */
final class HealthCheck {
  private static final String NAME = "health";
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
  private static final double LAG_SECONDS_MAX = 60;
  private static final JsonMapper JSON = new JsonMapper();
  private static final String LAG = "tailrace_relay_lag_seconds ";

  private static final Map<String, Runbook> RUNBOOKS =
      Map.of(
          "write-service", Runbook.POSTGRESQL,
          "cdc-relay", Runbook.SLOT,
          "sequencer-streams", Runbook.KAFKA,
          "catchup-service", Runbook.HISTORY,
          "edge-gateway", Runbook.KAFKA);

  private static final Map<String, String> MEANS =
      Map.of(
          "write-service", "writes over HTTP are refused",
          "cdc-relay", "nothing that is committed arrives, unless another relay runs",
          "sequencer-streams", "its partitions get no seq until another one has taken them over",
          "catchup-service", "history and new subscribes wait for it",
          "edge-gateway", "no client is sent to it");

  private final Report report;

  HealthCheck(Report report) {
    this.report = report;
  }

  void run(DoctorConfig config) throws InterruptedException {
    if (config.urls().isEmpty()) {
      report.note(
          NAME, "no service was asked", "give their addresses with --urls=…", Runbook.RUNNING);
      return;
    }
    report.looked(NAME);
    try (HttpClient http =
        TrustedAuthorities.trust(
                HttpClient.newBuilder().connectTimeout(ANSWER_WITHIN), config.authorities())
            .build()) {
      for (String url : config.urls()) {
        ask(http, url);
      }
    }
  }

  private void ask(HttpClient http, String url) throws InterruptedException {
    try {
      String answer = get(http, url + "/health/ready");
      JsonNode services = JSON.readTree(answer).path("services");
      if (services.isEmpty()) {
        report.error(
            NAME, url + " runs no service yet", "it is starting, or stopping", Runbook.ALL);
      }
      services
          .properties()
          .forEach(each -> {
            if (!each.getValue().asBoolean()) {
              notReady(url, each.getKey());
            }
          });
      relayLag(url, get(http, url + "/metrics"));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      report.error(
          NAME, url + " is no address of a Tailrace service", "correct --urls", Runbook.RUNNING);
    } catch (IOException e) {
      report.error(
          NAME,
          "nobody answers at " + url,
          "the process is gone, or does not answer within "
              + ANSWER_WITHIN.toSeconds()
              + " s; its last lines of log say why",
          Runbook.ALL);
    }
  }

  private void notReady(String url, String service) {
    report.error(
        NAME,
        service + " at " + url + " is not ready",
        MEANS.getOrDefault(service, "what it serves is not there"),
        RUNBOOKS.getOrDefault(service, Runbook.ALL));
  }

  private void relayLag(String url, String metrics) {
    List<String> lag = metrics.lines().filter(line -> line.startsWith(LAG)).toList();
    for (String line : lag) {
      double seconds = Double.parseDouble(line.substring(LAG.length()).strip());
      if (seconds > LAG_SECONDS_MAX) {
        report.error(
            NAME,
            "the relay at " + url + " is " + Math.round(seconds) + " s behind",
            "events arrive late",
            Runbook.SLOT);
      }
    }
  }

  private static String get(HttpClient http, String address)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address)).timeout(ANSWER_WITHIN).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8)).body();
  }
}
