package io.tailrace.catchup.receipt;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.catchup.auth.Reader;
import io.tailrace.catchup.read.Answer;
import io.tailrace.catchup.snapshot.CursorSeal;
import io.tailrace.schemas.frame.JsonText;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.sequencer.store.Head;
import io.tailrace.sequencer.store.HistoryReader;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a channel's readers have read, in parts, in the order of their names as UTF-8. Given are
 * those who may read now: where members decide, the receipt of one who was removed stays in the
 * store and is not shown. A receipt of another epoch than the channel's is void. None is above the
 * head of the moment: a gateway may have shown, and had receipts for, what this store has not read
 * yet.
 */
public final class ReceiptRules {
  /** Readers in an answer where nothing is asked for. */
  public static final int LIMIT_DEFAULT = 500;

  /** Readers in an answer at most. */
  public static final int LIMIT_MAX = 1000;

  /** Receipts that are looked at for one answer. */
  private static final int LOOKED_AT_MAX = 10_000;

  private static final int AT_ONCE = 256;
  private static final String PLACE = "read.";

  private final CursorSeal seal;

  /** With what makes cursors unreadable. */
  public ReceiptRules(CursorSeal seal) {
    this.seal = seal;
  }

  /** One part. */
  public Answer part(
      HistoryReader.ReceiptView view,
      Reader reader,
      Reader.Standing.Reads reads,
      @Nullable String cursor,
      int limit) {
    Channel channel = reader.channel();
    String last = cursor == null ? "" : open(channel, cursor);
    if (last == null) {
      return new Answer.Refused(
          Problem.of(
              ProblemCode.BAD_REQUEST,
              "cursor must be the next of the part before; begin without one"));
    }
    Head head = view.history().head(channel);
    JsonText out = new JsonText(4096);
    out.ascii("{\"channel\":").string(channel.name());
    out.ascii(",\"epoch\":").number(head.epoch());
    out.ascii(",\"head\":").number(head.seq());
    out.ascii(",\"read\":{");
    int shown = 0;
    int lookedAt = 0;
    boolean more = true;
    while (more && shown < limit && lookedAt < LOOKED_AT_MAX) {
      List<HistoryReader.UserPlace> some = view.receipts(channel, last, AT_ONCE);
      more = some.size() == AT_ONCE;
      for (HistoryReader.UserPlace one : some) {
        if (shown == limit) {
          more = true;
          break;
        }
        lookedAt++;
        last = one.user();
        if (one.place().epoch() == head.epoch() && mayRead(view, channel, one.user(), reads)) {
          out.ascii(shown++ == 0 ? "" : ",").string(one.user()).put(':');
          out.number(Math.min(one.place().seq(), head.seq()));
        }
      }
    }
    out.ascii("},\"next\":");
    if (more) {
      out.string(seal.seal(channel, PLACE + HexFormat.of().formatHex(last.getBytes(UTF_8))));
    } else {
      out.ascii("null");
    }
    return new Answer.Json(out.put('}').toByteArray());
  }

  private static boolean mayRead(
      HistoryReader.ReceiptView view, Channel channel, String user, Reader.Standing.Reads reads) {
    return reads.entry() != JoinWire.Entry.MEMBER
        || view.history().membership(channel, user).isMember();
  }

  private @Nullable String open(Channel channel, String cursor) {
    String text = cursor.length() > 4096 ? null : seal.open(channel, cursor);
    if (text == null || !text.startsWith(PLACE)) {
      return null;
    }
    try {
      return new String(HexFormat.of().parseHex(text.substring(PLACE.length())), UTF_8);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }
}
