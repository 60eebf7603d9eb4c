package io.tailrace.relay.slot;

import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.topic.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Whether the log continues the history of this database. Pure.
 *
 * <p>A lossy failover or a restored backup loses the end of the history, so the last accepted row
 * of a partition is among the lost ones if any row of that partition is: one row per partition is
 * enough to look up.
 */
final class ForkCheck {
  /**
   * Partitions of the outbox are dropped by the time of the insert; the commit comes later, by less
   * than this.
   */
  private static final Duration TRANSACTION_MAX = Duration.ofDays(1);

  private final Position stream;
  private final long walEnd;
  private final Instant keptSince;
  private final Set<String> present;

  /**
   * The database's side.
   *
   * @param stream incarnation and timeline of the stream about to start
   * @param present ids of last accepted rows that the table holds
   */
  ForkCheck(Position stream, long walEnd, Instant keptSince, Set<String> present) {
    this.stream = stream;
    this.walEnd = walEnd;
    this.keptSince = keptSince;
    this.present = present;
  }

  /**
   * Returns where the log continues this database.
   *
   * @throws SlotException where it does not
   */
  void require(List<LastAccepted> log, List<LastNumbered> numbered) {
    for (LastAccepted last : log) {
      order(last);
      // Of an earlier incarnation everything is void since the rebuild, lost rows too.
      if (last.position().incarnation() == stream.incarnation()
          && isMissing(last.id(), last.committedMs())) {
        throw forked(
            Topics.OUTBOX, last.partition(), missing("row", last.id(), last.committedMs()));
      }
    }
    for (LastNumbered last : numbered) {
      if (isMissing(last.id(), last.committedMs())) {
        throw forked(
            Topics.EVENTS, last.partition(), missing("event", last.id(), last.committedMs()));
      }
    }
  }

  private boolean isMissing(String id, long committedMs) {
    long complete = keptSince.plus(TRANSACTION_MAX).toEpochMilli();
    return committedMs >= complete && !present.contains(id);
  }

  private static String missing(String what, String id, long committedMs) {
    return "its last "
        + what
        + " "
        + id
        + ", committed "
        + Instant.ofEpochMilli(committedMs)
        + ", is not in this database";
  }

  private void order(LastAccepted last) {
    Position at = last.position();
    if (at.incarnation() > stream.incarnation()) {
      throw new SlotException(
          "Partition "
              + last.partition()
              + " of tailrace.outbox is at incarnation "
              + at.incarnation()
              + ", this database at "
              + stream.incarnation()
              + ": its rows would all be ignored. Check database.url and kafka.bootstrap; if the"
              + " database was restored from before a rebuild, run `tailrace rebuild`.");
    }
    if (at.incarnation() < stream.incarnation()) {
      return;
    }
    if (at.timeline() > stream.timeline()) {
      throw forked(
          Topics.OUTBOX,
          last.partition(),
          "it is on timeline " + at.timeline() + ", the database on an older one");
    }
    if (at.timeline() == stream.timeline() && Long.compareUnsigned(at.after(), walEnd) > 0) {
      throw forked(Topics.OUTBOX, last.partition(), "it is ahead of the database's WAL");
    }
  }

  private static SlotException forked(String topic, int partition, String how) {
    return new SlotException(
        "This database is not the one that the log was made from, or has lost its end. Partition "
            + partition
            + " of "
            + topic
            + ": "
            + how
            + ". Check database.url and kafka.bootstrap; if the database was restored or failed"
            + " over with loss, run `tailrace rebuild`.");
  }
}
