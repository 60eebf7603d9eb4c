package io.tailrace.catchup.read;

import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.frame.JsonText;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.sequencer.store.Head;
import io.tailrace.sequencer.store.HistoryReader;
import io.tailrace.sequencer.store.StoredEvent;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one moment of the store answers. Everything in an answer stands at one position. A null
 * means not yet: the caller waits and looks at a later moment.
 */
public final class EventRules {
  /** Bytes of events in one answer. */
  public static final int BYTES_MAX = 4 * 1024 * 1024;

  private EventRules() {}

  /** Whether the caller's epoch has passed: the answer, or null where it has not. */
  public static Answer.@Nullable Refused passedEpoch(HistoryReader.View view, int asked) {
    int epoch = view.epoch();
    if (asked == 0 || asked >= epoch) {
      return null;
    }
    return new Answer.Refused(
        Problem.of(
            ProblemCode.EPOCH_CHANGED,
            "the log has a new numbering: drop what you hold of this channel and load it again",
            "epoch",
            epoch));
  }

  /** The refusal of events that are not kept any more. */
  public static Answer.Refused gone(Channel channel, long first) {
    return new Answer.Refused(
        new Problem(
            ProblemCode.HISTORY_GONE,
            "these events are not kept any more: read the snapshot, then the events after it",
            Map.of("first", first, "snapshot", "/v1/channels/" + channel.name() + "/snapshot")));
  }

  /** Events after a seq; null where the store is not there yet. */
  public static @Nullable Answer events(
      HistoryReader.View view, Channel channel, EventQuery query, boolean mayBeEmpty) {
    Answer.Refused passed = passedEpoch(view, query.epoch());
    if (passed != null) {
      return passed;
    }
    Head head = view.head(channel);
    boolean behind = query.epoch() > head.epoch() || head.seq() < query.minSeq();
    boolean empty = query.after() >= head.seq();
    if (behind || empty && !mayBeEmpty) {
      return null;
    }
    if (!empty && query.after() + 1 < head.first()) {
      return gone(channel, head.first());
    }
    HistoryReader.Run run = view.events(channel, query.after(), query.limit(), BYTES_MAX);
    List<StoredEvent> events = run.events();
    Long next =
        events.isEmpty() || events.getLast().seq() >= head.seq() ? null : events.getLast().seq();
    return new Answer.Json(eventsJson(channel, head, events, next));
  }

  /** The JSON of a run of events. */
  public static byte[] eventsJson(
      Channel channel, Head head, List<StoredEvent> events, @Nullable Long next) {
    JsonText out = new JsonText(256 + sizeOf(events));
    openPage(out, channel, head.epoch(), head.seq());
    elements(out, events);
    closePage(out, next);
    return out.toByteArray();
  }

  /** Begins the JSON of a run of events; {@link #elements} and {@link #closePage} follow. */
  public static void openPage(JsonText out, Channel channel, int epoch, long head) {
    out.ascii("{\"channel\":").string(channel.name());
    out.ascii(",\"epoch\":").number(epoch);
    out.ascii(",\"head\":").number(head);
    out.ascii(",\"events\":[");
  }

  /** Ends it. */
  public static void closePage(JsonText out, @Nullable Long next) {
    out.ascii("],\"next\":").ascii(next == null ? "null" : Long.toString(next)).put('}');
  }

  /** Appends events as they are stored, with commas between them. */
  public static void elements(JsonText out, List<StoredEvent> events) {
    for (int i = 0; i < events.size(); i++) {
      if (i > 0) {
        out.put(',');
      }
      out.raw(events.get(i).json());
    }
  }

  /** Bytes that the events take in a list. */
  public static int sizeOf(List<StoredEvent> events) {
    int size = 2;
    for (StoredEvent event : events) {
      size += event.json().length + 1;
    }
    return size;
  }

  /** Where a channel stands, with what its kind promises. */
  public static Answer channel(HistoryReader.View view, Channel channel, Contract contract) {
    Head head = view.head(channel);
    JsonText out = new JsonText(256);
    out.ascii("{\"channel\":").string(channel.name());
    out.ascii(",\"epoch\":").number(head.epoch());
    out.ascii(",\"head\":").number(head.seq());
    out.ascii(",\"chain\":\"").ascii(Chain.hex(head.chain())).put('"');
    out.ascii(",\"first\":").number(head.first());
    out.ascii(",\"contract\":{\"kind\":").string(contract.kind());
    out.ascii(",\"sizeMax\":").number(contract.dataBytesMax());
    out.ascii(",\"snapshotAfter\":").number(contract.snapshotAfter());
    out.ascii(",\"longAbsence\":").string(contract.longAbsence());
    out.ascii(",\"revisions\":").ascii(Boolean.toString(contract.revisions()));
    out.ascii(",\"signals\":{\"ttlMs\":").number(contract.signals().ttlMs());
    out.ascii(",\"perSecond\":").number(contract.signals().perSecond());
    out.ascii(",\"bytesMax\":").number(contract.signals().bytesMax()).put('}');
    out.ascii(",\"retention\":{\"events\":").number(contract.retention().events());
    out.ascii(",\"days\":").number(contract.retention().days());
    return new Answer.Json(out.ascii("}}}").toByteArray());
  }
}
