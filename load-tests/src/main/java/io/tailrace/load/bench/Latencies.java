package io.tailrace.load.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Histograms of latencies: microseconds, three digits' precision, up to two minutes. */
final class Latencies {
  private static final long MICROS_MAX = TimeUnit.MINUTES.toMicros(2);
  private static final int DIGITS = 3;

  private Latencies() {}

  static Histogram histogram() {
    return new Histogram(MICROS_MAX, DIGITS);
  }

  static void record(Histogram histogram, long nanos) {
    histogram.recordValue(Math.clamp(nanos / 1_000, 0, MICROS_MAX));
  }

  /** Milliseconds at the usual places. */
  static Map<String, Object> millis(Histogram histogram) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("p50", at(histogram, 50));
    values.put("p90", at(histogram, 90));
    values.put("p99", at(histogram, 99));
    values.put("p999", at(histogram, 99.9));
    values.put("max", histogram.getMaxValue() / 1_000.0);
    return values;
  }

  static double at(Histogram histogram, double percentile) {
    return histogram.getValueAtPercentile(percentile) / 1_000.0;
  }
}
