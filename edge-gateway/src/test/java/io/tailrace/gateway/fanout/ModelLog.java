package io.tailrace.gateway.fanout;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.problem.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One channel's records as a sequencer with transactions leaves them: committed, aborted and
 * emitted again, repeated by a zombie, divergent, numbered anew; and two replicas that read what
 * committed.
 */
final class ModelLog {
  static final String NAME = "chat:a";
  private static final long FORKS = 9_000_000_000L;
  static final String FULL = "demo/" + NAME;

  /** What the stores wait for before they answer a join. */
  enum Barrier {
    /** All that is asked. */
    WHOLE,
    /** Not for the offset from which the window is complete. */
    NO_FROM
  }

  /** Committed, aborted, or not decided yet. */
  enum State {
    COMMITTED,
    ABORTED,
    OPEN
  }

  /** A record and when it was appended. */
  static final class Entry {
    final int epoch;
    final long seq;
    final long chain;
    final @Nullable MemberChange change;
    final long atMs;
    State state;

    Entry(int epoch, long seq, long chain, @Nullable MemberChange change, long atMs, State state) {
      this.epoch = epoch;
      this.seq = seq;
      this.chain = chain;
      this.change = change;
      this.atMs = atMs;
      this.state = state;
    }
  }

  final List<Entry> entries = new ArrayList<>();
  final int[] replicas = new int[2];
  final ModelMembers members;
  private int epoch = 1;
  private long emitted;
  private boolean divergent;
  private boolean everDivergent;
  private long forks;

  ModelLog(ModelMembers members) {
    this.members = members;
  }

  /** Whether a chain is one of a record that never commits. */
  static boolean isFork(long chain) {
    return chain >= FORKS;
  }

  /** The chain that a seq has in an epoch for good. */
  static long truth(int epoch, long seq) {
    return epoch * 1_000_000L + seq;
  }

  int epoch() {
    return epoch;
  }

  int head() {
    return members.written();
  }

  boolean everDivergent() {
    return everDivergent;
  }

  void write(@Nullable MemberChange change) {
    members.write(change);
  }

  boolean mayEmit() {
    return emitted < head();
  }

  void emit(long nowMs) {
    emitted++;
    entries.add(
        new Entry(
            epoch,
            emitted,
            divergent ? fork() : truth(epoch, emitted),
            members.change(emitted),
            nowMs,
            State.OPEN));
  }

  /** A record that will never commit, with other content than the one that will. */
  void diverge(@Nullable MemberChange change, long nowMs) {
    divergent = true;
    everDivergent = true;
    emitted++;
    entries.add(new Entry(epoch, emitted, fork(), change, nowMs, State.OPEN));
  }

  private long fork() {
    forks++;
    return FORKS + forks;
  }

  boolean isDivergent() {
    return divergent;
  }

  boolean isOpen() {
    return !entries.isEmpty() && entries.getLast().state == State.OPEN
        || entries.stream().anyMatch(entry -> entry.state == State.OPEN);
  }

  void end(State how) {
    for (Entry entry : entries) {
      if (entry.state == State.OPEN) {
        entry.state = how;
      }
    }
    if (how == State.ABORTED) {
      emitted = committed(entries.size(), epoch);
      divergent = false;
    }
  }

  /** A writer that has been replaced appends what was appended before. */
  void repeat(int index, long nowMs) {
    Entry old = entries.get(index);
    if (old.epoch == epoch && !isFork(old.chain)) {
      entries.add(new Entry(old.epoch, old.seq, old.chain, old.change, nowMs, State.ABORTED));
    }
  }

  boolean mayRebuild() {
    return epoch == 1 && head() > 0 && !isOpen();
  }

  void rebuild() {
    epoch = 2;
    emitted = 0;
  }

  /** Where a reader of committed records must stop. */
  int stable() {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).state == State.OPEN) {
        return i;
      }
    }
    return entries.size();
  }

  int storeEpoch(int position) {
    int highest = 1; // what the log began with is known to every replica
    for (Entry entry : entries.subList(0, position)) {
      if (entry.state == State.COMMITTED) {
        highest = Math.max(highest, entry.epoch);
      }
    }
    return highest;
  }

  long committed(int position, int inEpoch) {
    return entries.subList(0, position).stream()
        .filter(entry -> entry.state == State.COMMITTED && entry.epoch == inEpoch)
        .count();
  }

  /** The answer of a replica, null where it must wait. */
  JoinWire.@Nullable Answer answer(JoinWire.Ask ask, int replica, Barrier barrier) {
    int position = replicas[replica];
    int storeEpoch = storeEpoch(position);
    if (storeEpoch < ask.epoch() && barrier != Barrier.NO_FROM
        || position < ask.from() && barrier != Barrier.NO_FROM) {
      return null;
    }
    long head = committed(position, storeEpoch);
    if (storeEpoch == ask.epoch() && head < ask.minSeq()) {
      return null;
    }
    ModelMembers.View view = members.view(ask.who().user(), head);
    JoinWire.Entry entry = view.entry();
    if (entry == null) {
      return new JoinWire.Answer.Refused(ask.number(), ProblemCode.FORBIDDEN, "not a member");
    }
    Long after = ask.after();
    Long chain =
        after == null || after < 1 || after > head ? null : (Long) truth(storeEpoch, after);
    return new JoinWire.Answer.View(
        ask.number(), storeEpoch, head, position, view.visibleFrom(), entry, null, chain);
  }

  Frame frame(int offset, long nowMs) {
    Entry entry = entries.get(offset);
    String json =
        "{\"t\":\"event\",\"seq\":"
            + entry.seq
            + ",\"chain\":"
            + entry.chain
            + ",\"epoch\":"
            + entry.epoch
            + "}";
    return new Frame(
        new Frame.Place(FULL, 0, offset, entry.epoch, entry.seq, entry.chain),
        0,
        nowMs,
        entry.change,
        json.getBytes(StandardCharsets.UTF_8));
  }
}
