package io.tailrace.schemas.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Spans over OTLP/HTTP.
 *
 * <p>A span's id follows from the event's id and the hop, so that the next hop knows its parent
 * although nothing but the write's own traceparent travels: what the sequencer emits must not
 * depend on who traces it.
 */
final class OtlpSpans implements Spans {
  private static final int WAITING_MAX = 8192;
  private static final Duration SEND_EVERY = Duration.ofSeconds(1);
  private static final long CLOSE_SECONDS = 3;
  private static final int TRACE_ID_FROM = 3;
  private static final int TRACE_ID_TO = 35;
  private static final int SPAN_ID_FROM = 36;
  private static final int SPAN_ID_TO = 52;
  private static final AttributeKey<String> EVENT_ID = AttributeKey.stringKey("tailrace.event.id");

  private final ChosenIds ids = new ChosenIds();
  private final SdkTracerProvider provider;
  private final Tracer tracer;

  OtlpSpans(URI collector, String service) {
    String base = collector.toString().replaceFirst("/+$", "");
    provider =
        SdkTracerProvider.builder()
            .setIdGenerator(ids)
            // Who began the trace has decided.
            .setSampler(Sampler.parentBased(Sampler.alwaysOff()))
            .setResource(
                Resource.getDefault()
                    .merge(
                        Resource.create(
                            Attributes.of(AttributeKey.stringKey("service.name"), service))))
            .addSpanProcessor(
                BatchSpanProcessor.builder(
                        OtlpHttpSpanExporter.builder().setEndpoint(base + "/v1/traces").build())
                    .setMaxQueueSize(WAITING_MAX)
                    .setScheduleDelay(SEND_EVERY)
                    .build())
            .build();
    tracer = provider.get("io.tailrace");
  }

  @Override
  public boolean isOn() {
    return true;
  }

  @Override
  public void hop(Hop hop, Traced event, long startMicros, long endMicros) {
    Hop before = hop.before();
    String parent =
        before == null
            ? event.traceparent().substring(SPAN_ID_FROM, SPAN_ID_TO)
            : spanId(before, event.id());
    SpanContext remote =
        SpanContext.createFromRemoteParent(
            event.traceparent().substring(TRACE_ID_FROM, TRACE_ID_TO),
            parent,
            TraceFlags.getSampled(),
            TraceState.getDefault());
    // Several threads push one event: only those before are one span each.
    ids.next(hop == Hop.PUSH ? null : spanId(hop, event.id()));
    tracer
        .spanBuilder(hop.word())
        .setParent(Context.root().with(Span.wrap(remote)))
        .setStartTimestamp(startMicros, TimeUnit.MICROSECONDS)
        .setAttribute(EVENT_ID, event.id())
        .startSpan()
        .end(Math.max(startMicros, endMicros), TimeUnit.MICROSECONDS);
  }

  /** FNV-1a over the hop and the id, stirred (SplitMix64), never 0. */
  private static String spanId(Hop hop, String eventId) {
    String named = hop.word() + ' ' + eventId;
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < named.length(); i++) {
      hash = (hash ^ named.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
    hash ^= hash >>> 31;
    return HexFormat.of().toHexDigits(hash == 0 ? 1 : hash);
  }

  @Override
  public void close() {
    var _ = provider.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  /** Gives the span that the same thread makes next the id that was chosen for it. */
  private static final class ChosenIds implements IdGenerator {
    private final IdGenerator random = IdGenerator.random();
    private final ThreadLocal<String> next = new ThreadLocal<>();

    void next(@Nullable String spanId) {
      if (spanId == null) {
        next.remove();
      } else {
        next.set(spanId);
      }
    }

    @Override
    public String generateSpanId() {
      String chosen = next.get();
      return chosen == null ? random.generateSpanId() : chosen;
    }

    @Override
    public String generateTraceId() {
      return random.generateTraceId();
    }
  }
}
