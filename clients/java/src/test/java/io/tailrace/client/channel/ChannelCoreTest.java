package io.tailrace.client.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.EventPage;
import io.tailrace.client.Place;
import io.tailrace.client.Snapshot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChannelCoreTest {
  private final ChannelCore core = new ChannelCore(FakeLog.CHANNEL, 2);
  private final FakeLog log = new FakeLog(1);
  private final List<ChannelAction> actions = new ArrayList<>();
  private ChannelState state = begin(new ChannelState.Wishes(true, false));

  private static ChannelState begin(ChannelState.Wishes wishes) {
    return ChannelState.begin(Place.START, wishes);
  }

  @BeforeEach
  void tenEvents() {
    for (int i = 0; i < 10; i++) {
      log.append("m" + i);
    }
  }

  @Test
  void aRepeatIsDroppedAndAGapAsksAgain() {
    live(0, 3);
    arrive(log.at(1), log.at(2), log.at(2), log.at(1), log.at(3), log.at(5));
    assertEquals(List.of(1L, 2L, 3L), delivered());
    assertEquals(1, count(ChannelAction.AskAgain.class));
    assertInstanceOf(Phase.Idle.class, state.phase());
  }

  @Test
  void behindDuringCatchUpGoesOnFromWhatWasApplied() {
    subscribed(10, 0, 10L);
    give(new ChannelInput.Behind(1, 10, 10));
    assertEquals(0, state.seq());
    assertInstanceOf(Phase.Idle.class, state.phase());
  }

  @Test
  void liveEventsWaitForHistoryAndOverflowCostsOneMoreSubscribe() {
    subscribed(5, 0, 5L);
    arrive(log.at(6), log.at(7), log.at(8));
    page(1, 0, 5);
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L), delivered());
    assertEquals(Trouble.OVERFLOW, lastTrouble());
    assertInstanceOf(Phase.Idle.class, state.phase());
  }

  @Test
  void anOldPageAnswersNothing() {
    subscribed(5, 0, 5L);
    give(new ChannelInput.Disconnected(1));
    subscribed(5, 0, 5L);
    page(1, 0, 5);
    assertEquals(List.of(), delivered());
    page(2, 0, 5);
    assertEquals(5, delivered().size());
  }

  @Test
  void anAnswerToAnEarlierAskIsIgnored() {
    give(new ChannelInput.Asked(1, 1));
    give(new ChannelInput.Asked(1, 2));
    give(new ChannelInput.Subscribed(1, 1, 10, 0, null));
    assertEquals(2, state.asked().ref());
  }

  @Test
  void aHigherEpochVoidsAllAndALowerOneIsNotReady() {
    live(0, 2);
    arrive(log.at(1), log.at(2));
    give(new ChannelInput.Disconnected(1));
    give(new ChannelInput.Asked(1, 7));
    give(new ChannelInput.Subscribed(7, 2, 0, 0, null));
    assertEquals(1, count(ChannelAction.TellReset.class));
    assertEquals(new Place(2, 0, null), state.applied());

    give(new ChannelInput.Disconnected(1));
    give(new ChannelInput.Asked(1, 8));
    give(new ChannelInput.Subscribed(8, 1, 10, 0, null));
    assertEquals(2, state.epoch());
    assertInstanceOf(Phase.Idle.class, state.phase());
  }

  @Test
  void aResetBelowASnapshotDropsAll() {
    subscribed(10, 0, 10L);
    give(new ChannelInput.HistoryRefused(1, 410, "history_gone", "gone", null, null));
    give(
        new ChannelInput.SnapshotRead(
            2, new Snapshot(FakeLog.CHANNEL, 1, 6, log.chainAt(6), List.of())));
    page(3, 6, 10);
    assertEquals(List.of(7L, 8L, 9L, 10L), delivered());
    give(new ChannelInput.Reset(1, 1, 5));
    assertEquals(new Place(1, 0, null), state.applied());
  }

  @Test
  void aChangedEventIsAskedAboutThenReadAnewThenGivenUp() {
    live(0, 3);
    arrive(log.at(1), changed(log.at(2)));
    assertEquals(new Place(1, 1, log.chainAt(1)), state.applied());
    assertEquals(0, count(ChannelAction.TellReset.class));

    live(1, 3);
    arrive(changed(log.at(2)));
    assertEquals(1, count(ChannelAction.TellReset.class));

    live(0, 3);
    arrive(log.at(1), changed(log.at(2)));
    assertEquals(new Phase.Ended("history_differs"), state.phase());
    assertEquals(List.of(1L, 1L), delivered());
  }

  @Test
  void liveIsToldOnceWhenTheHeadHasCome() {
    live(0, 2);
    arrive(log.at(1), log.at(2), log.at(3));
    assertEquals(1, count(ChannelAction.TellLive.class));
  }

  @Test
  void aTimedOutWaitAsksAgainAndABrokenRequestIsRepeated() {
    subscribed(5, 0, 5L);
    give(new ChannelInput.HistoryRefused(1, 0, "unreachable", "cut", null, null));
    assertInstanceOf(Phase.CatchingUp.class, state.phase());
    give(new ChannelInput.HistoryRefused(2, 504, "wait_timeout", "late", null, null));
    assertInstanceOf(Phase.Idle.class, state.phase());
    assertEquals(2, state.attempts());
  }

  @Test
  void liveEventsWaitForTheSnapshotAndForWhatComesAboveIt() {
    subscribed(9, 0, 8L);
    give(new ChannelInput.HistoryRefused(1, 410, "history_gone", "gone", null, null));
    arrive(log.at(9));
    give(
        new ChannelInput.SnapshotRead(
            2, new Snapshot(FakeLog.CHANNEL, 1, 6, log.chainAt(6), List.of())));
    arrive(log.at(10));
    page(3, 6, 8);
    assertEquals(List.of(7L, 8L, 9L, 10L), delivered());
    assertEquals(0, count(ChannelAction.AskAgain.class));
  }

  @Test
  void theContractSaysFromWhenOnASnapshotIsBetter() {
    state = begin(new ChannelState.Wishes(false, true));
    subscribed(1000, 0, 1000L);
    assertEquals(1, count(ChannelAction.ReadContract.class));
    give(new ChannelInput.ContractRead(1, 500));
    assertEquals(1, count(ChannelAction.ReadSnapshot.class));

    give(new ChannelInput.Disconnected(1));
    subscribed(300, 0, 300L);
    assertEquals(1, count(ChannelAction.ReadContract.class)); // it is known by now
    assertEquals(1, count(ChannelAction.ReadPage.class));
  }

  @Test
  void whoWantsEventsIsGivenNoSnapshot() {
    subscribed(100_000, 0, 100_000L);
    assertEquals(0, count(ChannelAction.ReadContract.class));
    assertEquals(1, count(ChannelAction.ReadPage.class));
  }

  @Test
  void aMoveGoesOnListeningToTheOldLinkUntilTheNewOneAnswers() {
    live(0, 2);
    arrive(log.at(1));
    give(new ChannelInput.Asked(2, 9));
    arrive(log.at(2));
    give(new ChannelInput.Subscribed(9, 1, 3, 1, null));
    arrive(log.at(3)); // still from the old link
    give(new ChannelInput.Arrived(2, log.at(2)));
    give(new ChannelInput.Arrived(2, log.at(3)));
    give(new ChannelInput.Disconnected(1));
    assertEquals(List.of(1L, 2L, 3L), delivered());
    assertEquals(2, state.home());
    assertEquals(new Phase.Live(true), state.phase());
  }

  @Test
  void whoLeavesIsToldNothingAndMayComeAgain() {
    live(0, 2);
    arrive(log.at(1));
    give(new ChannelInput.Left());
    arrive(log.at(2));
    assertEquals(1, count(ChannelAction.Unsubscribe.class));
    assertEquals(List.of(1L), delivered());

    give(new ChannelInput.Again());
    assertEquals(1, count(ChannelAction.AskAgain.class));
    assertEquals(new Place(1, 1, log.chainAt(1)), state.applied());
  }

  private static ChannelEvent changed(ChannelEvent event) {
    return new ChannelEvent(
        event.channel(),
        0,
        event.seq(),
        event.envelope(),
        null,
        event.chain(),
        "{\"text\":\"other\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private void live(long after, long head) {
    give(new ChannelInput.Asked(1, 1));
    give(new ChannelInput.Subscribed(1, 1, head, after, null));
  }

  private void subscribed(long head, long after, @Nullable Long catchUpTo) {
    give(new ChannelInput.Asked(1, 3));
    give(new ChannelInput.Subscribed(3, 1, head, after, catchUpTo));
  }

  private void page(long request, long after, long to) {
    EventPage page = new EventPage(FakeLog.CHANNEL, 1, log.head(), log.between(after, to), null);
    give(new ChannelInput.PageRead(request, page));
  }

  private void arrive(ChannelEvent... events) {
    for (ChannelEvent event : events) {
      give(new ChannelInput.Arrived(1, event));
    }
  }

  private void give(ChannelInput input) {
    Decision decision = core.decide(state, input);
    state = decision.state();
    actions.addAll(decision.actions());
  }

  private List<Long> delivered() {
    return actions.stream()
        .filter(ChannelAction.Deliver.class::isInstance)
        .map(action -> ((ChannelAction.Deliver) action).event().seq())
        .toList();
  }

  private long count(Class<? extends ChannelAction> type) {
    return actions.stream().filter(type::isInstance).count();
  }

  private @Nullable Trouble lastTrouble() {
    return actions.reversed().stream()
        .filter(ChannelAction.TellTrouble.class::isInstance)
        .map(action -> ((ChannelAction.TellTrouble) action).trouble())
        .findFirst()
        .orElse(null);
  }
}
