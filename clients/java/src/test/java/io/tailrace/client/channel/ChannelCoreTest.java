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
  private ChannelState state = ChannelState.begin(Place.START, true);

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
    give(new ChannelInput.Behind(10, 10));
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
    give(new ChannelInput.Disconnected());
    subscribed(5, 0, 5L);
    page(1, 0, 5);
    assertEquals(List.of(), delivered());
    page(2, 0, 5);
    assertEquals(5, delivered().size());
  }

  @Test
  void anAnswerToAnEarlierAskIsIgnored() {
    give(new ChannelInput.Asked(1));
    give(new ChannelInput.Asked(2));
    give(new ChannelInput.Subscribed(1, 1, 10, 0, null));
    assertEquals(new Phase.Waiting(2), state.phase());
  }

  @Test
  void aHigherEpochVoidsAllAndALowerOneIsNotReady() {
    live(0, 2);
    arrive(log.at(1), log.at(2));
    give(new ChannelInput.Disconnected());
    give(new ChannelInput.Asked(7));
    give(new ChannelInput.Subscribed(7, 2, 0, 0, null));
    assertEquals(1, count(ChannelAction.TellReset.class));
    assertEquals(new Place(2, 0, null), state.applied());

    give(new ChannelInput.Disconnected());
    give(new ChannelInput.Asked(8));
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
    live(6, 10);
    arrive(log.at(7), log.at(8));
    assertEquals(List.of(7L, 8L), delivered());
    give(new ChannelInput.Reset(1, 5));
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
    assertEquals(new Phase.Ended("chain_broken"), state.phase());
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
    give(new ChannelInput.Asked(1));
    give(new ChannelInput.Subscribed(1, 1, head, after, null));
  }

  private void subscribed(long head, long after, @Nullable Long catchUpTo) {
    give(new ChannelInput.Asked(3));
    give(new ChannelInput.Subscribed(3, 1, head, after, catchUpTo));
  }

  private void page(long request, long after, long to) {
    EventPage page = new EventPage(FakeLog.CHANNEL, 1, log.head(), log.between(after, to), null);
    give(new ChannelInput.PageRead(request, page));
  }

  private void arrive(ChannelEvent... events) {
    for (ChannelEvent event : events) {
      give(new ChannelInput.Arrived(event));
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
