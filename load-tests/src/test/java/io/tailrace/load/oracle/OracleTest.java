package io.tailrace.load.oracle;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.event.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The oracle must be able to fail: each kind of fault is put into a healthy run, once, and must be
 * found and named.
 */
class OracleTest {
  private static final String CHANNEL = "demo/chat:room";
  private static final int EPOCH = 1;
  private static final int EVENTS = 5;

  private final Reference committed = committed(EVENTS);
  private final UUID ghost = new UUID(9, 9);

  @Test
  void aRunInWhichEverybodySawTheSameHolds() {
    var verdict = judge(run(healthy(), acknowledged(), Set.of(), List.of()));

    assertEquals(new Verdict.Holds(1, EVENTS, EVENTS, EVENTS), verdict);
  }

  @Test
  void aLateJoinerThatHasOnlyTheEndHolds() {
    var verdict = judge(witnessed(new Witness("late", 3, true, EPOCH, healthy().subList(3, 5))));

    assertInstanceOf(Verdict.Holds.class, verdict);
  }

  @Test
  void aLostEventInTheMiddleOfASubscription() {
    expect(
        changed(list -> List.of(list.get(0), list.get(1), list.get(3), list.get(4))),
        4,
        3,
        id(3),
        "a gap: after seq 2 came seq 4");
  }

  @Test
  void aLostEventWhosePlaceAnotherOneTook() {
    expect(
        changed(list -> {
          var shifted = new ArrayList<>(list.subList(0, 2));
          shifted.add(moved(list.get(3), 3));
          shifted.add(moved(list.get(4), 4));
          return shifted;
        }),
        1,
        3,
        id(3),
        "lost: PostgreSQL committed it here, but this place holds number 4");
  }

  @Test
  void aLostEventAtTheEnd() {
    expect(changed(list -> list.subList(0, 4)), 1, 5, id(5), "lost: it ends at seq 4");
  }

  @Test
  void aDoubledEvent() {
    expect(
        changed(list -> {
          var doubled = new ArrayList<>(list);
          doubled.add(3, list.get(2));
          return doubled;
        }),
        4,
        3,
        id(3),
        "doubled");
  }

  @Test
  void aDoubledEventUnderANewSeq() {
    expect(
        changed(list -> {
          var doubled = new ArrayList<>(list.subList(0, 3));
          doubled.add(moved(list.get(2), 4));
          doubled.add(moved(list.get(3), 5));
          return doubled;
        }),
        4,
        4,
        id(3),
        "doubled: it already had this event as seq 3");
  }

  @Test
  void reorderedEvents() {
    expect(
        changed(list -> {
          var swapped = new ArrayList<>(list);
          swapped.set(1, moved(list.get(2), 2));
          swapped.set(2, moved(list.get(1), 3));
          return swapped;
        }),
        3,
        2,
        id(3),
        "reordered: PostgreSQL committed this event as number 3");
  }

  @Test
  void aChangedEvent() {
    expect(
        changed(list -> replaced(list, 2, s -> new Sighting(3, s.id(), s.chain(), 7, s.via()))),
        3,
        3,
        id(3),
        "changed");
  }

  @Test
  void aWrongChain() {
    expect(
        changed(list -> replaced(list, 2, s -> new Sighting(3, s.id(), 7, s.content(), s.via()))),
        3,
        3,
        id(3),
        "wrong chain: 0000000000000007 instead of");
  }

  @Test
  void aRolledBackEvent() {
    var seen = new ArrayList<>(healthy());
    seen.add(new Sighting(6, ghost, 1, 1, Via.LIVE));

    var verdict = judge(run(seen, acknowledged(), Set.of(ghost), List.of()));

    expect(verdict, 2, 6, ghost, "a ghost: the transaction of this event was rolled back");
  }

  @Test
  void anEventThatNobodyCommitted() {
    var seen = new ArrayList<>(healthy());
    seen.add(new Sighting(6, ghost, 1, 1, Via.HISTORY));

    expect(judge(run(seen, acknowledged(), Set.of(), List.of())), 2, 6, ghost, "history: a ghost");
  }

  @Test
  void aSeqGap() {
    expect(
        changed(list -> replaced(list, 4, s -> moved(s, 9))),
        4,
        5,
        id(5),
        "after seq 4 came seq 9");
  }

  @Test
  void aSeqThatGoesBack() {
    expect(changed(list -> replaced(list, 4, s -> moved(s, 2))), 4, 2, id(5), "went back");
  }

  @Test
  void aSeqAboveTheCommittedEvents() {
    var run = witnessed(new Witness("s", 0, false, EPOCH, List.of()));
    var beyond = new Sighting(7, id(5), 1, 1, Via.LIVE);

    var found = new WitnessCheck(run, new Witness("s", 6, false, EPOCH, List.of(beyond))).judge();

    expect(found, 3, 7, id(5), "number 5 of 5");
  }

  @Test
  void anotherEpoch() {
    var verdict = judge(witnessed(new Witness("s", 0, true, 2, healthy())));

    expect(verdict, 3, 0, null, "saw epoch 2 instead of 1");
  }

  @Test
  void aHeadThatGoesBack() {
    var heads =
        List.of(
            new HeadReading("reader", EPOCH, 4, committed.chainAt(4)),
            new HeadReading("reader", EPOCH, 3, committed.chainAt(3)));

    expect(
        judge(run(healthy(), acknowledged(), Set.of(), heads)), 3, 3, null, "the head went back");
  }

  @Test
  void aHeadThatWasNeverReached() {
    var heads = List.of(new HeadReading("reader", EPOCH, 6, 1));

    expect(judge(run(healthy(), acknowledged(), Set.of(), heads)), 3, 6, null, "a head of 6");
  }

  @Test
  void anAcknowledgedSeqThatDiffers() {
    var promises = List.of(promise(2, 3));

    expect(
        judge(run(healthy(), promises, Set.of(), List.of())),
        3,
        2,
        id(2),
        "acknowledged as (epoch 1, seq 3)");
  }

  @Test
  void anAcknowledgedWriteThatWasNeverCommitted() {
    var promises = List.of(new Acknowledgement(ghost, "POST", null));

    expect(
        judge(run(healthy(), promises, Set.of(), List.of())),
        1,
        0,
        ghost,
        "PostgreSQL never committed it");
  }

  @Test
  void aRetryThatWasCarriedOutTwice() {
    var twice = committed(EVENTS);
    twice.append(envelope(3), data(3));

    var none = List.<OwnRead>of();
    var run =
        new ChannelRun(CHANNEL, twice, List.of(), Set.of(), List.of(), List.of(), none, List.of());

    expect(judge(run), 3, 6, id(3), "a second time (first as number 3)");
  }

  @Test
  void anAuthorWhoCannotReadItsOwnWrite() {
    var run = quiet(List.of(new OwnRead(id(2), 2, false)), List.of());

    expect(judge(run), 5, 2, id(2), "did not find it");
  }

  @Test
  void aSnapshotWithAnOldEntity() {
    var stale = sighting(1);
    var snapshot =
        new SnapshotReading(
            "reader", EPOCH, 5, committed.chainAt(5), Map.of("odd", stale, "even", sighting(4)));

    expect(judge(snapshotted(snapshot)), 9, 5, id(5), "entity odd: shown as of seq 1");
  }

  @Test
  void aSnapshotThatEqualsItsEventsHolds() {
    var snapshot =
        new SnapshotReading(
            "reader",
            EPOCH,
            4,
            committed.chainAt(4),
            Map.of("odd", sighting(5), "even", sighting(4)));

    assertInstanceOf(Verdict.Holds.class, judge(snapshotted(snapshot)));
  }

  private ChannelRun snapshotted(SnapshotReading snapshot) {
    return quiet(List.of(), List.of(snapshot));
  }

  /** A run in which nobody but these looked. */
  private ChannelRun quiet(List<OwnRead> reads, List<SnapshotReading> snapshots) {
    var none = List.<Acknowledgement>of();
    return new ChannelRun(
        CHANNEL, committed, none, Set.of(), List.of(), List.of(), reads, snapshots);
  }

  private static Reference committed(int events) {
    var reference = new Reference(EPOCH);
    for (int n = 1; n <= events; n++) {
      reference.append(envelope(n), data(n));
    }
    return reference;
  }

  private static Envelope envelope(int n) {
    return new Envelope(
        id(n).toString(),
        "message.posted",
        n % 2 == 0 ? "even" : "odd",
        "ada",
        "2026-11-25T04:30:26.12345" + n + "Z",
        null);
  }

  private static byte[] data(int n) {
    return ("{\"text\":\"" + n + "\"}").getBytes(StandardCharsets.UTF_8);
  }

  private static UUID id(int n) {
    return new UUID(0, n);
  }

  private Sighting sighting(int n) {
    var e = committed.at(n);
    return new Sighting(e.seq(), e.id(), e.chain(), e.content(), Via.LIVE);
  }

  private List<Sighting> healthy() {
    var list = new ArrayList<Sighting>();
    for (int n = 1; n <= EVENTS; n++) {
      list.add(sighting(n));
    }
    return list;
  }

  private static Sighting moved(Sighting s, long seq) {
    return new Sighting(seq, s.id(), s.chain(), s.content(), s.via());
  }

  private static List<Sighting> replaced(
      List<Sighting> list, int index, UnaryOperator<Sighting> change) {
    var other = new ArrayList<>(list);
    other.set(index, change.apply(list.get(index)));
    return other;
  }

  private static Acknowledgement promise(int n, long seq) {
    return new Acknowledgement(id(n), "POST", new Acknowledgement.Place(EPOCH, seq));
  }

  private static List<Acknowledgement> acknowledged() {
    var promises = new ArrayList<Acknowledgement>();
    for (int n = 1; n <= EVENTS; n++) {
      promises.add(promise(n, n));
    }
    return promises;
  }

  private Verdict changed(UnaryOperator<List<Sighting>> fault) {
    return judge(run(fault.apply(healthy()), acknowledged(), Set.of(), List.of()));
  }

  private static Verdict judge(ChannelRun run) {
    return Oracle.judge(List.of(run));
  }

  private ChannelRun witnessed(Witness witness) {
    return new ChannelRun(
        CHANNEL, committed, List.of(), Set.of(), List.of(witness), List.of(), List.of(), List.of());
  }

  private ChannelRun run(
      List<Sighting> seen,
      List<Acknowledgement> promises,
      Set<UUID> rolledBack,
      List<HeadReading> heads) {
    return new ChannelRun(
        CHANNEL,
        committed,
        promises,
        rolledBack,
        List.of(new Witness("subscriber ws-1", 0, true, EPOCH, seen)),
        heads,
        List.of(),
        List.of());
  }

  private static void expect(
      Verdict verdict, int invariant, long seq, @Nullable UUID id, String words) {
    expect(
        assertInstanceOf(Verdict.Broken.class, verdict).counterexample(),
        invariant,
        seq,
        id,
        words);
  }

  private static void expect(
      @Nullable Counterexample found, int invariant, long seq, @Nullable UUID id, String words) {
    var it = assertInstanceOf(Counterexample.class, found);
    assertAll(
        () -> assertEquals(invariant, it.invariant(), it.sentence()),
        () -> assertEquals(CHANNEL, it.channel()),
        () -> assertEquals(seq, it.seq(), it.sentence()),
        () -> assertEquals(id, it.id(), it.sentence()),
        () -> assertTrue(it.sentence().contains(words), it.sentence()),
        () -> assertTrue(it.sentence().contains("channel " + CHANNEL), it.sentence()),
        () -> assertTrue(seq == 0 || it.sentence().contains("seq " + seq), it.sentence()),
        () -> assertTrue(id == null || it.sentence().contains(id.toString()), it.sentence()));
  }
}
