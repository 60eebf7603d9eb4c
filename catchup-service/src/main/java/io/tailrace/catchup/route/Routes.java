package io.tailrace.catchup.route;

import io.tailrace.sequencer.store.HistoryOwners;
import java.net.URI;

/** Finds the process that answers for a partition. Thread: any. */
public final class Routes {
  private final HistoryOwners owners;
  private final String scheme;

  /**
   * By the group's metadata.
   *
   * @param secure whether the group's ports speak TLS
   */
  public Routes(HistoryOwners owners, boolean secure) {
    this.owners = owners;
    this.scheme = secure ? "https" : "http";
  }

  /** Where a partition is answered. */
  public sealed interface Place {
    /** By this process, which may still have to wait for its store. */
    record Here() implements Place {}

    /** By another one. */
    record At(URI process) implements Place {}

    /** By nobody that is known now. */
    record Nowhere() implements Place {}
  }

  /** The place of a partition, now. */
  public Place of(int partition) {
    return switch (owners.of(partition)) {
      case HistoryOwners.Owner.Here _ -> new Place.Here();
      case HistoryOwners.Owner.At(String host, int port) ->
          new Place.At(URI.create(scheme + "://" + host + ":" + port));
      case HistoryOwners.Owner.Unknown _ -> new Place.Nowhere();
    };
  }
}
