package io.tailrace.catchup.snapshot;

import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.name.Channel;
import io.tailrace.sequencer.store.HistoryReader;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Where a snapshot goes on, and as of what: sealed text for the client, checked like any other
 * input.
 *
 * @param seq the snapshot's seq, fixed by its first part
 * @param chain the chain at {@code seq}
 */
record SnapshotCursor(int epoch, long seq, long chain, HistoryReader.Cursor from) {
  /** An entity has at most 200 characters of 4 bytes, which hex and base64 make 2134. */
  private static final int LENGTH_MAX = 4096;

  String encode(CursorSeal seal, Channel channel) {
    String place =
        switch (from) {
          case HistoryReader.Cursor.BehindEntity(byte[] entity) ->
              "e" + HexFormat.of().formatHex(entity);
          case HistoryReader.Cursor.BehindSeq(long behind) -> "s" + behind;
        };
    String text = epoch + "." + seq + "." + Chain.hex(chain) + "." + place;
    return seal.seal(channel, text);
  }

  /** Reads a cursor; null where the text is none of this channel. */
  static @Nullable SnapshotCursor decode(CursorSeal seal, Channel channel, String text) {
    String plain = text.length() > LENGTH_MAX ? null : seal.open(channel, text);
    if (plain == null) {
      return null;
    }
    try {
      String[] part = plain.split("\\.", -1);
      if (part.length != 4 || part[3].isEmpty()) {
        return null;
      }
      int epoch = Integer.parseInt(part[0]);
      long seq = Long.parseLong(part[1]);
      String rest = part[3].substring(1);
      HistoryReader.Cursor from =
          switch (part[3].charAt(0)) {
            case 'e' -> new HistoryReader.Cursor.BehindEntity(HexFormat.of().parseHex(rest));
            case 's' -> new HistoryReader.Cursor.BehindSeq(Long.parseLong(rest));
            default -> throw new IllegalArgumentException("neither entity nor seq");
          };
      return epoch < 1 || seq < 0
          ? null
          : new SnapshotCursor(epoch, seq, Chain.parse(part[2]), from);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }
}
