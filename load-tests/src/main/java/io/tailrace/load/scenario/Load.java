package io.tailrace.load.scenario;

import java.util.Map;
import org.HdrHistogram.Histogram;

/** What a load shows of itself while it runs. Safe for all threads. */
public interface Load {

  /** What has happened by now, by name. */
  Map<String, Long> counts();

  /**
   * Microseconds from commit to a subscriber that follows the protocol by itself, of all events
   * that came since this was asked for the last time.
   */
  Histogram waits();
}
