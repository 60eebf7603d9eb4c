package io.tailrace.catchup;

import io.micrometer.core.instrument.Counter;
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

  /** Answers that are read while they are sent now. */
  public static final String STREAMS = "tailrace_catchup_streams";

  /** Clients that were cut because they took nothing. */
  public static final String STALLED = "tailrace_catchup_stalled_total";

  /** Requests that another process of the group answers now. */
  public static final String FORWARDS = "tailrace_catchup_forwarded_requests";

  /** Times that the history store was started again after a fault. */
  public static final String RESTARTS = "tailrace_catchup_store_restarts_total";

  /** Connections that are known to be present in a channel, each in each. */
  public static final String PRESENT = "tailrace_catchup_presence_devices";

  /** Events that the history store has not read yet, by partition. */
  public static final String LAG = "tailrace_catchup_lag_records";

  private final MeterRegistry registry;
  private final Counter stalled;
  private final Counter restarts;

  /** Registers on first use. */
  public CatchupMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.stalled = Counter.builder(STALLED).register(registry);
    this.restarts = Counter.builder(RESTARTS).register(registry);
  }

  /** An answer has been found; {@code what} is one of few constants. */
  public void answered(String what, int status, Duration took) {
    Timer.builder(ANSWER_SECONDS)
        .tag("what", what)
        .tag("status", Integer.toString(status))
        .publishPercentileHistogram()
        .register(registry)
        .record(took);
  }

  /** An answer has been sent, so many bytes of it. */
  public void sent(String what, long bytes) {
    DistributionSummary.builder(ANSWER_BYTES)
        .tag("what", what)
        .register(registry)
        .record((double) bytes);
  }

  /** A client took nothing for too long and was cut. */
  public void stalled() {
    stalled.increment();
  }

  /** The history store was started again. */
  void storeRestarted() {
    restarts.increment();
  }

  /** Watches how many answers are read while they are sent. */
  void watchStreams(IntSupplier streams) {
    Gauge.builder(STREAMS, streams::getAsInt).strongReference(true).register(registry);
  }

  /** Watches how many requests others answer. */
  void watchForwards(IntSupplier forwards) {
    Gauge.builder(FORWARDS, forwards::getAsInt).strongReference(true).register(registry);
  }

  /** Watches how many connections are known to be present. */
  void watchPresence(IntSupplier devices) {
    Gauge.builder(PRESENT, devices::getAsInt).strongReference(true).register(registry);
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
