package io.tailrace.schemas.http;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Instant;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** A port's own meters. Safe for any thread. */
final class PortMetrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final MultiGauge ready =
      MultiGauge.builder("tailrace_service_ready")
          .description("1 where the service would answer /health/ready with 200.")
          .register(registry);

  PortMetrics() {
    for (String reason : new String[] {"tls_handshake", "slow_body"}) {
      registry.counter("tailrace_http_cut_total", "reason", reason);
    }
  }

  /** There is a certificate. */
  void certificate(Supplier<Instant> until) {
    for (String result : new String[] {"renewed", "refused"}) {
      registry.counter("tailrace_tls_certificates_total", "result", result);
    }
    Gauge.builder("tailrace_tls_certificate_until_seconds", until, at -> at.get().getEpochSecond())
        .strongReference(true)
        .register(registry);
  }

  void connections(IntSupplier open) {
    Gauge.builder("tailrace_http_connections_open", open, IntSupplier::getAsInt)
        .strongReference(true)
        .register(registry);
  }

  /** A connection was closed because it took too long. */
  void cut(String reason) {
    registry.counter("tailrace_http_cut_total", "reason", reason).increment();
  }

  /** The files of the certificate have changed. */
  void certificate(String result) {
    registry.counter("tailrace_tls_certificates_total", "result", result).increment();
  }

  /** What each service of the port says of itself, by its name. */
  void ready(Map<String, Boolean> services) {
    ready.register(
        services.entrySet().stream()
            .map(each ->
                MultiGauge.Row.of(Tags.of("service", each.getKey()), each.getValue() ? 1 : 0))
            .toList(),
        true);
  }

  String scrape() {
    return registry.scrape();
  }
}
