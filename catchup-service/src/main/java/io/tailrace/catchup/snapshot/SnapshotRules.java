package io.tailrace.catchup.snapshot;

import io.tailrace.catchup.read.Answer;
import io.tailrace.catchup.read.EventRules;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.frame.JsonText;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.sequencer.store.Head;
import io.tailrace.sequencer.store.HistoryReader;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots in parts. The first part fixes the seq S that the snapshot stands for; later parts are
 * read at or above S in the same epoch, so that an entity may be newer than S but never older.
 */
public final class SnapshotRules {
  private static final int ENTITIES_MAX = 500;

  private final CursorSeal seal;

  /** With what makes cursors unreadable. */
  public SnapshotRules(CursorSeal seal) {
    this.seal = seal;
  }

  /** One part; null where the store is not there yet. */
  public @Nullable Answer part(
      HistoryReader.View view, Channel channel, @Nullable String cursorText) {
    Head head = view.head(channel);
    if (cursorText == null) {
      return answer(view, channel, head.epoch(), head.seq(), head.chain(), null);
    }
    SnapshotCursor cursor = SnapshotCursor.decode(seal, channel, cursorText);
    if (cursor == null) {
      return new Answer.Refused(
          Problem.of(
              ProblemCode.BAD_REQUEST,
              "cursor must be the next of the part before; begin without one"));
    }
    Answer.Refused passed = EventRules.passedEpoch(view, cursor.epoch());
    if (passed != null) {
      return passed;
    }
    if (cursor.epoch() > head.epoch() || cursor.seq() > head.seq()) {
      return null;
    }
    return answer(view, channel, cursor.epoch(), cursor.seq(), cursor.chain(), cursor.from());
  }

  private Answer answer(
      HistoryReader.View view,
      Channel channel,
      int epoch,
      long seq,
      long chain,
      HistoryReader.@Nullable Cursor from) {
    HistoryReader.EntityRun run =
        view.entities(channel, from, seq, ENTITIES_MAX, EventRules.BYTES_MAX);
    JsonText out = new JsonText(256 + EventRules.sizeOf(run.events()));
    out.ascii("{\"channel\":").string(channel.name());
    out.ascii(",\"epoch\":").number(epoch);
    out.ascii(",\"seq\":").number(seq);
    out.ascii(",\"chain\":\"").ascii(Chain.hex(chain)).put('"');
    EventRules.elements(out.ascii(",\"entities\":["), run.events());
    HistoryReader.Cursor next = run.next();
    out.ascii("],\"next\":");
    if (next == null) {
      out.ascii("null");
    } else {
      out.string(new SnapshotCursor(epoch, seq, chain, next).encode(seal, channel));
    }
    return new Answer.Json(out.put('}').toByteArray());
  }
}
