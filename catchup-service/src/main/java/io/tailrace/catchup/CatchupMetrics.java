package io.tailrace.catchup;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** The metrics of the catch-up service; names carry their unit. */
public final class CatchupMetrics {
  /** Time of an answer, by what was asked, waiting included. */
  public static final String ANSWER_SECONDS = "tailrace_catchup_answer_seconds";

  /** Size of an answer, by what was asked. */
  public static final String ANSWER_BYTES = "tailrace_catchup_answer_bytes";

  /** Requests that wait for the store now. */
  public static final String WAITS = "tailrace_catchup_waiting_requests";

  /** Bytes of answers that are being sent now. */
  public static final String SENDING = "tailrace_catchup_sending_bytes";

  private final MeterRegistry registry;

  /** Registers on first use. */
  public CatchupMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /** An answer has been given; {@code what} is one of few constants. */
  public void answered(String what, int status, Duration took, int bytes) {
    Timer.builder(ANSWER_SECONDS)
        .tag("what", what)
        .tag("status", Integer.toString(status))
        .publishPercentileHistogram()
        .register(registry)
        .record(took);
    DistributionSummary.builder(ANSWER_BYTES).tag("what", what).register(registry).record(bytes);
  }

  /** Watches how many requests wait. */
  void watchWaits(IntSupplier waiting) {
    Gauge.builder(WAITS, waiting::getAsInt).strongReference(true).register(registry);
  }

  /** Watches how many bytes are being sent. */
  void watchAnswerBytes(LongSupplier sending) {
    Gauge.builder(SENDING, sending::getAsLong).strongReference(true).register(registry);
  }
}
