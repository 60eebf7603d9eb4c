package io.tailrace.schemas.trace;

import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a service tells of an event's hops. Off, it costs a comparison. Any thread; never blocks,
 * never throws.
 */
public interface Spans extends AutoCloseable {
  /** No spans. */
  static Spans off() {
    return new NoSpans();
  }

  /** To the collector, or {@link #off} where there is none. */
  static Spans to(Optional<URI> collector, String service) {
    return collector.<Spans>map(base -> new OtlpSpans(base, service)).orElseGet(Spans::off);
  }

  /** Whether any are made; asked before anything is computed for them. */
  boolean isOn();

  /**
   * The event, where its hops are told of: spans are on and its trace is sampled.
   *
   * @param traceparent as the event carries it, null for none
   */
  default @Nullable Traced traced(String id, @Nullable String traceparent) {
    return traceparent != null && isOn() && isSampled(traceparent)
        ? new Traced(id, traceparent)
        : null;
  }

  /**
   * A hop has ended. A hop that is done again, as after an aborted transaction, is the same span
   * again.
   *
   * @param startMicros since 1970
   * @param endMicros since 1970
   */
  void hop(Hop hop, Traced event, long startMicros, long endMicros);

  /** Sends what waits, for some seconds at most. */
  @Override
  void close();

  /** Whether the text is a traceparent with the flag of a sampled trace. */
  private static boolean isSampled(String traceparent) {
    return traceparent.length() == 55 && (Character.digit(traceparent.charAt(54), 16) & 1) == 1;
  }
}
