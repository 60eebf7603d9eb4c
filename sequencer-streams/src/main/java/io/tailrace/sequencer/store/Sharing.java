package io.tailrace.sequencer.store;

import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;

/**
 * How processes of one group share the partitions.
 *
 * @param advertised host:port where the others of the group reach this process over HTTP; empty: it
 *     is alone, or nobody shall be sent to it
 * @param standbys copies of each partition that other processes keep, so that one of them takes
 *     over without reading the log from its beginning
 */
public record Sharing(String advertised, int standbys) {
  /** One process holds everything. */
  public static final Sharing ALONE = new Sharing("", 0);

  /**
   * Refuses an address that is none.
   *
   * @throws IllegalArgumentException naming the setting
   */
  public Sharing {
    if (!advertised.isEmpty() && parse(advertised) == null) {
      throw new IllegalArgumentException(
          "catchup.advertised must be host:port, as the other catch-up processes reach this one");
    }
  }

  private static @Nullable HostInfo parse(String text) {
    try {
      HostInfo host = HostInfo.buildFromEndpoint(text);
      return host == null || host.host().isBlank() ? null : host;
    } catch (RuntimeException e) {
      return null;
    }
  }

  /** Whether other processes may hold partitions that this one is asked for. */
  boolean isShared() {
    return !advertised.isEmpty();
  }
}
