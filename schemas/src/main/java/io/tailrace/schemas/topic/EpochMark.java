package io.tailrace.schemas.topic;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * The record by which a partition is told that a rebuild has brought it all its rows. It has
 * neither key nor value. In {@link Topics#OUTBOX} it carries a position, whose incarnation is the
 * new epoch; in {@link Topics#EVENTS}, where the sequencer puts it in the place that it had among
 * the rows, it carries {@code ce_epoch}. So a partition that has no event in the new epoch is in it
 * all the same.
 *
 * <p>It is no event and takes no seq. Who reads events passes it over, or learns the epoch from it.
 */
public final class EpochMark {
  /** The header that makes a record a mark; its value is {@link #REBUILT}. */
  public static final String HEADER = "tr_mark";

  /**
   * The header of every event of a rebuilt epoch that stands behind the mark, so that who finds the
   * mark gone with its age knows that the epoch is whole.
   */
  public static final String BEHIND = "tr_behind_mark";

  private static final byte[] YES = {'1'};
  private static final byte[] REBUILT = "rebuilt".getBytes(StandardCharsets.UTF_8);

  private EpochMark() {}

  /** Makes headers those of a mark. */
  public static void write(Headers headers) {
    headers.add(HEADER, REBUILT);
  }

  /** Makes headers those of a mark in the log of events. */
  public static void write(Headers headers, int epoch) {
    write(headers);
    headers.add(EventHeaders.EPOCH, Integer.toString(epoch).getBytes(StandardCharsets.UTF_8));
  }

  /** Makes headers those of an event behind its epoch's mark, or not. */
  public static void writeBehind(Headers headers, boolean isBehind) {
    headers.remove(BEHIND);
    if (isBehind) {
      headers.add(BEHIND, YES);
    }
  }

  /** Whether an event says that it stands behind its epoch's mark. */
  public static boolean isBehind(Headers headers) {
    return headers.lastHeader(BEHIND) != null;
  }

  /** Whether a record is a mark. */
  public static boolean is(Headers headers) {
    return headers.lastHeader(HEADER) != null;
  }

  /**
   * The epoch that a mark in the log of events begins; 0 where the record is no mark, or one whose
   * epoch cannot be read.
   */
  public static int epochOf(Headers headers) {
    Header epoch = headers.lastHeader(EventHeaders.EPOCH);
    if (!is(headers) || epoch == null || epoch.value() == null) {
      return 0;
    }
    try {
      return Integer.parseInt(new String(epoch.value(), StandardCharsets.UTF_8));
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
