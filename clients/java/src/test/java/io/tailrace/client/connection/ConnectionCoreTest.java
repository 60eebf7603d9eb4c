package io.tailrace.client.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.client.Transport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionCoreTest {
  private static final long HEARTBEAT_MS = 20_000;
  private final List<ConnectionAction> actions = new ArrayList<>();
  private ConnectionCore core = new ConnectionCore(new Backoff(100, 10_000), true);
  private ConnectionState state = ConnectionState.begin(Transport.AUTOMATIC);
  private long runMs = 1_000;
  private long wallMs = 1_000_000;

  @Test
  void pausesGrowToTheCapAndASuccessEndsThem() {
    start();
    for (int i = 0; i < 12; i++) {
      fail(End.unreached("nobody there"));
    }
    assertEquals(10_000 / 2, lastPause());

    welcome(last());
    fail(End.broken("hung up after the welcome"));
    assertEquals(10_000 / 2, lastPause());

    welcome(last());
    give(new ConnectionInput.Carried(last()));
    fail(End.broken("cut"));
    assertEquals(100 / 2, lastPause());
  }

  @ParameterizedTest
  @ValueSource(ints = {4429, 1013, 1001, 1012})
  void whatReachesManyIsSpread(int code) {
    connect();
    fail(End.told(code, "said the server", 0));
    assertTrue(lastPause() >= 1_000, "paused " + lastPause());
  }

  @Test
  void theServersPauseIsTheLeast() {
    start();
    fail(End.told(503, "overload", 7_000));
    assertTrue(lastPause() >= 7_000, "paused " + lastPause());
    pass(6_999);
    assertEquals(1, count(ConnectionAction.Open.class));
    pass(1_000);
    assertEquals(2, count(ConnectionAction.Open.class));
  }

  @Test
  void aPingWithoutAnAnswerEndsTheLink() {
    connect();
    pass(HEARTBEAT_MS / 2);
    assertEquals(1, count(ConnectionAction.Ping.class));
    pass(ConnectionCore.PONG_MS);
    assertEquals(1, count(ConnectionAction.Lose.class));
    assertEquals(1, count(ConnectionAction.TellDown.class));
  }

  @Test
  void aPongKeepsTheLink() {
    connect();
    for (int i = 0; i < 10; i++) {
      pass(HEARTBEAT_MS / 2);
      give(new ConnectionInput.Heard(1, runMs));
    }
    assertEquals(10, count(ConnectionAction.Ping.class));
    assertEquals(0, count(ConnectionAction.Lose.class));
  }

  @Test
  void afterASleepTheLinkHasToAnswerSoon() {
    connect();
    wallMs += 3_600_000; // our clock stood still meanwhile
    pass(1_000);
    assertEquals(1, count(ConnectionAction.Ping.class));
    pass(ConnectionCore.PONG_AFTER_SLEEP_MS);
    assertEquals(1, count(ConnectionAction.Lose.class));
  }

  @Test
  void aSleepEndsAPause() {
    start();
    for (int i = 0; i < 12; i++) {
      fail(End.unreached("nobody there"));
    }
    give(new ConnectionInput.Closed(last(), End.unreached("nobody there")));
    int before = count(ConnectionAction.Open.class);
    runMs += 1_000; // ours stood still
    wallMs += 60_000;
    give(new ConnectionInput.Tick());
    assertEquals(before + 1, count(ConnectionAction.Open.class));
  }

  @Test
  void aClockThatIsPutBackChangesNothing() {
    connect();
    wallMs -= 3_600_000;
    pass(1_000);
    assertEquals(0, count(ConnectionAction.Ping.class));
    assertEquals(0, count(ConnectionAction.Lose.class));
  }

  @Test
  void aTokenIsRenewedBeforeItRunsOutAndSoIsTheNextOne() {
    start();
    give(new ConnectionInput.Welcomed(1, 0, wallMs + 3_600_000));
    pass(3_600_000 - ConnectionCore.RENEW_BEFORE_MS - 1_000);
    assertEquals(0, count(ConnectionAction.Renew.class));
    pass(2_000);
    assertEquals(1, count(ConnectionAction.Renew.class));
    give(new ConnectionInput.Authed(1, wallMs + 3_600_000));
    pass(3_600_000);
    assertEquals(2, count(ConnectionAction.Renew.class));
  }

  @Test
  void aTokenThatHasRunOutIsReplacedAtOnceAndARefusedOneIsTold() {
    connect();
    give(new ConnectionInput.Closed(1, End.told(4401, "expired", 0)));
    assertEquals(0, lastPause());
    pass(1);
    assertEquals(0, count(ConnectionAction.TellRefused.class));
    fail(End.told(4401, "invalid", 0));
    assertEquals(1, count(ConnectionAction.TellRefused.class));
  }

  @Test
  void aTokenThatRanOutBeforeTheFirstHelloIsNobodysTrouble() {
    start();
    fail(End.told(4401, "expired", 0));
    welcome(last());
    assertEquals(0, count(ConnectionAction.TellRefused.class));
    assertEquals(0, count(ConnectionAction.TellDown.class));
  }

  @Test
  void aDrainedLinkIsLeftWhenNothingDependsOnIt() {
    connect();
    give(new ConnectionInput.Drained(1, 2_000, 30_000));
    pass(1_999);
    assertEquals(1, count(ConnectionAction.Open.class));
    pass(1);
    assertEquals(2, count(ConnectionAction.Open.class));
    assertEquals(1, state.target());
    welcome(2);
    assertEquals(2, state.target());
    assertEquals(0, count(ConnectionAction.Close.class));
    give(new ConnectionInput.Settled());
    assertEquals(List.of(1L), closed());
    assertEquals(0, count(ConnectionAction.TellDown.class));
  }

  @Test
  void aDrainedLinkThatDiesIsReplacedByItsSuccessor() {
    connect();
    give(new ConnectionInput.Drained(1, 0, 30_000));
    pass(1);
    give(new ConnectionInput.Closed(1, End.told(1001, "drained", 0)));
    assertEquals(2, count(ConnectionAction.Open.class));
    welcome(2);
    assertEquals(2, state.target());
    assertEquals(0, count(ConnectionAction.TellDown.class));
  }

  @Test
  void aSuccessorThatFailsIsTriedAgainUntilTheDeadline() {
    connect();
    give(new ConnectionInput.Drained(1, 0, 30_000));
    pass(1);
    give(new ConnectionInput.Closed(2, End.unreached("not yet")));
    pass(1_000);
    assertEquals(3, count(ConnectionAction.Open.class));
    give(new ConnectionInput.Closed(3, End.unreached("not yet")));
    heardUntil(40_000);
    assertTrue(closed().contains(1L));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 400, 403, 404, 405, 501, 502})
  void whereNoWebSocketGetsThroughAStreamDoes(int status) {
    start();
    End end = status == 0 ? End.broken("reset") : End.told(status, "a proxy", 0);
    fail(end);
    fail(end);
    assertEquals(Transport.SSE, ways().getLast());
    fail(end);
    fail(end);
    assertEquals(Transport.POLL, ways().getLast());
    fail(end);
    fail(end);
    assertEquals(Transport.WEBSOCKET, ways().getLast());
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 429, 503, 1012, 4401, 4429})
  void whatATailraceSaysSpeaksAgainstNoWay(int code) {
    start();
    for (int i = 0; i < 5; i++) {
      fail(End.told(code, "said the server", 0));
    }
    assertEquals(Transport.WEBSOCKET, ways().getLast());
  }

  @Test
  void aServerThatIsNotThereSpeaksAgainstNoWay() {
    start();
    for (int i = 0; i < 5; i++) {
      fail(End.unreached("refused"));
    }
    assertEquals(Transport.WEBSOCKET, ways().getLast());
  }

  @Test
  void aProxyThatHoldsTheStreamBackIsNoticed() {
    stream();
    give(new ConnectionInput.Asked(last()));
    pass(ConnectionCore.GREETING_MS);
    pass(10_000);
    give(new ConnectionInput.Opened(last()));
    give(new ConnectionInput.Asked(last()));
    pass(ConnectionCore.GREETING_MS);
    pass(10_000);
    assertEquals(Transport.POLL, ways().getLast());
  }

  @Test
  void webSocketIsTriedBesideTheStreamAndMovedTo() {
    stream();
    long link = last();
    give(new ConnectionInput.Asked(link));
    give(new ConnectionInput.Heard(link, runMs));
    heardUntil(ConnectionCore.PROBE_FIRST_MS);
    assertEquals(Transport.WEBSOCKET, ways().getLast());
    assertEquals(link, state.target());
    welcome(last());
    assertEquals(last(), state.target());
    give(new ConnectionInput.Settled());
    assertTrue(closed().contains(link));

    int opened = count(ConnectionAction.Open.class);
    pass(9_000);
    assertEquals(opened, count(ConnectionAction.Open.class));
  }

  @Test
  void aProbeThatFailsLeavesTheStreamAloneAndTheNextOneWaitsLonger() {
    stream();
    long link = last();
    give(new ConnectionInput.Asked(link));
    give(new ConnectionInput.Heard(link, runMs));
    heardUntil(ConnectionCore.PROBE_FIRST_MS);
    long probe = last();
    give(new ConnectionInput.Closed(probe, End.told(403, "a proxy", 0)));
    assertEquals(link, state.target());
    assertFalse(closed().contains(link));
    heardUntil(ConnectionCore.PROBE_FIRST_MS);
    assertEquals(probe, last());
    heardUntil(ConnectionCore.PROBE_FIRST_MS);
    assertEquals(probe + 1, last());
  }

  @Test
  void aWayThatWasChosenIsKept() {
    core = new ConnectionCore(new Backoff(100, 10_000), false);
    state = ConnectionState.begin(Transport.WEBSOCKET);
    start();
    for (int i = 0; i < 5; i++) {
      fail(End.broken("reset"));
    }
    assertEquals(Transport.WEBSOCKET, ways().getLast());
  }

  // ---- what the tests are told in

  private void start() {
    give(new ConnectionInput.Start());
  }

  private void connect() {
    start();
    welcome(1);
  }

  private void stream() {
    start();
    fail(End.broken("reset"));
    fail(End.broken("reset"));
    give(new ConnectionInput.Opened(last()));
  }

  private void welcome(long link) {
    give(new ConnectionInput.Opened(link));
    give(new ConnectionInput.Welcomed(link, HEARTBEAT_MS, 0));
  }

  /** The latest link ends, and the pause after it passes. */
  private void fail(End end) {
    give(new ConnectionInput.Closed(last(), end));
    if (end.retryAfterMs() == 0) {
      pass(Math.max(0, state.retryAtMs() - runMs));
    }
  }

  private void pass(long ms) {
    for (long left = ms; left > 0; ) {
      long step = Math.min(left, 1_000);
      runMs += step;
      wallMs += step;
      left -= step;
      give(new ConnectionInput.Tick());
    }
  }

  /** The same, while the server is heard. */
  private void heardUntil(long ms) {
    for (long left = ms; left > 0; left -= 1_000) {
      pass(1_000);
      give(new ConnectionInput.Heard(state.leg() == null ? 0 : state.leg().link(), runMs));
    }
  }

  private void give(ConnectionInput input) {
    ConnectionCore.Decision decision = core.decide(state, input, new Moment(runMs, wallMs, 0.5));
    state = decision.state();
    actions.addAll(decision.actions());
  }

  private int count(Class<? extends ConnectionAction> type) {
    return (int) actions.stream().filter(type::isInstance).count();
  }

  private long lastPause() {
    return all(ConnectionAction.TellDown.class).getLast().retryInMs();
  }

  private long last() {
    return all(ConnectionAction.Open.class).getLast().link();
  }

  private List<Transport> ways() {
    return all(ConnectionAction.Open.class).stream().map(ConnectionAction.Open::way).toList();
  }

  private List<Long> closed() {
    return all(ConnectionAction.Close.class).stream().map(ConnectionAction.Close::link).toList();
  }

  private <T extends ConnectionAction> List<T> all(Class<T> type) {
    return actions.stream().filter(type::isInstance).map(type::cast).toList();
  }
}
