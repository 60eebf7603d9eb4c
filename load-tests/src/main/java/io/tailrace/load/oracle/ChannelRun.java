package io.tailrace.load.oracle;

import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Everything that is known of one channel after a run.
 *
 * @param rolledBack ids whose transaction was rolled back on purpose
 */
public record ChannelRun(
    String channel,
    Reference committed,
    List<Acknowledgement> acknowledged,
    Set<UUID> rolledBack,
    List<Witness> witnesses,
    List<HeadReading> heads,
    List<OwnRead> ownReads,
    List<SnapshotReading> snapshots,
    Access access) {
  public ChannelRun {
    acknowledged = List.copyOf(acknowledged);
    rolledBack = Set.copyOf(rolledBack);
    witnesses = List.copyOf(witnesses);
    heads = List.copyOf(heads);
    ownReads = List.copyOf(ownReads);
    snapshots = List.copyOf(snapshots);
  }

  /** Of a channel whose readers were not looked at as users. */
  public ChannelRun(
      String channel,
      Reference committed,
      List<Acknowledgement> acknowledged,
      Set<UUID> rolledBack,
      List<Witness> witnesses,
      List<HeadReading> heads,
      List<OwnRead> ownReads,
      List<SnapshotReading> snapshots) {
    this(
        channel,
        committed,
        acknowledged,
        rolledBack,
        witnesses,
        heads,
        ownReads,
        snapshots,
        Access.UNWATCHED);
  }
}
