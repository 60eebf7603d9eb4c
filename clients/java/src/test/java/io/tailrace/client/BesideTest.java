package io.tailrace.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tailrace.client.channel.ChannelInput;
import io.tailrace.client.connection.Backoff;
import io.tailrace.client.connection.ConnectionCore;
import io.tailrace.client.connection.End;
import io.tailrace.client.wire.ServerMessage;
import io.tailrace.client.wire.ServerMessages;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Signals and receipts of a followed channel, over links that a test plays. */
class BesideTest {
  private static final String A = "chat:room";

  private final PlayedNetwork network = new PlayedNetwork();
  private final Followers followers = new Followers();
  private final List<String> signallers = new ArrayList<>();
  private final List<Map<String, Long>> receipts = new ArrayList<>();
  private boolean wantsReceipts;
  private final LiveConnection connection = connection(Transport.AUTOMATIC, network, followers);

  private static LiveConnection connection(Transport way, PlayedNetwork over, Followers with) {
    return new LiveConnection(
        new ConnectionCore(new Backoff(100, 1_000), way == Transport.AUTOMATIC),
        way,
        over,
        with,
        new LiveConnection.Told(ConnectionListener.SILENT, 500));
  }

  private Follower follower(PlayedNetwork over) {
    return new Follower(A, new Follower.Begin(Place.START, null, 10, 0), new Kept(), over);
  }

  @BeforeEach
  void start() {
    followers.add(follower(network));
    connection.start();
  }

  @Test
  void signalsGoBothWaysWhileTheChannelIsLiveAndExpire() {
    followers.with(A, f -> f.beside().signal("typing", "1"));
    welcome(0);
    followers.with(A, f -> f.beside().signal("typing", "2"));
    answer(0, A, 0);
    followers.with(A, f -> f.beside().signal("typing", "3"));
    network.settle(connection);
    assertEquals(List.of("typing 3"), link(0).said, "before, nobody could be told");
    receive(0, signal(A, "bob"));
    receive(0, signal("chat:unknown", "eve"));
    receive(0, frame("{\"t\":\"error\",\"channel\":\"" + A + "\",\"code\":\"forbidden\"}"));
    network.pass(connection, 5_000);
    assertEquals(List.of("bob", ""), signallers);
    receive(0, signal(A, "bob"));
    receive(0, new ServerMessage.Revoked(A, 9));
    receive(0, signal(A, "bob"));
    followers.with(A, f -> f.beside().signal("typing", "4"));
    network.settle(connection);
    assertEquals(List.of("bob", "", "bob", ""), signallers);
    assertEquals(1, link(0).said.size());
  }

  @Test
  void whoHasLeftIsToldNothingMore() {
    welcome(0);
    answer(0, A, 0);
    receive(0, signal(A, "bob"));
    receive(0, receipt(A, "{\"bob\":2}"));
    followers.with(A, f -> f.take(new ChannelInput.Left()));
    network.pass(connection, 10_000);

    assertEquals(List.of("bob"), signallers);
    assertEquals(1, receipts.size());
  }

  @Test
  void whoMayNotReadAnyMoreIsShownNothingMore() {
    welcome(0);
    answer(0, A, 0);
    receive(0, receipt(A, "{\"bob\":2}"));
    receive(0, new ServerMessage.Revoked(A, 9));
    receive(0, receipt(A, "{\"bob\":3}"));

    assertEquals(List.of(Map.of("bob", 2L), Map.of()), receipts);
  }

  @Test
  void whatWasReadIsSaidUntilItIsKeptOverACutToo() {
    welcome(0);
    answer(0, A, 0);
    for (long seq = 1; seq <= 3; seq++) {
      event(0, seq);
    }
    followers.with(A, f -> f.read(99));
    network.settle(connection);
    assertEquals(List.of("read 3"), link(0).said, "at most what was delivered");
    receive(0, receipt(A, "{\"bob\":2}"));
    receive(0, receipt("chat:unknown", "{\"eve\":2}"));
    link(0).receiver.closed(End.broken("cut"));
    network.pass(connection, 1_000);
    welcome(1);
    assertEquals(List.of(), link(1).said);
    answer(1, A, 3);
    assertEquals(List.of("read 3"), link(1).said);
    network.pass(connection, 5_000);
    assertEquals(List.of("read 3", "read 3"), link(1).said, "it did not come back");
    receive(1, receipt(A, "{\"ann\":3}"));
    followers.with(A, f -> f.read(2));
    network.pass(connection, 100_000);
    assertEquals(2, link(1).said.size(), "it is kept");
    assertEquals(List.of(Map.of("bob", 2L), Map.of("bob", 2L, "ann", 3L)), receipts);
  }

  @Test
  void overAStreamItIsShownAndNothingSaid() {
    PlayedNetwork streams = new PlayedNetwork();
    Followers followed = new Followers();
    LiveConnection reader = connection(Transport.SSE, streams, followed);
    followed.add(follower(streams));
    reader.start();
    streams.settle(reader);
    PlayedLink stream = streams.links.getFirst();
    stream.receiver.opened();
    streams.settle(reader);
    long ref = stream.refs.getLast();
    stream.receiver.received(new ServerMessage.Subscribed(ref, A, 1, 0, 0, null));
    stream.receiver.received(new ServerMessage.Event(SomeEvents.at(1)));
    stream.receiver.received(receipt(A, "{\"bob\":1}"));
    streams.settle(reader);
    followed.with(A, f -> f.read(1));
    followed.with(A, f -> f.beside().signal("typing", "1"));
    streams.settle(reader);

    assertEquals(List.of(Map.of("bob", 1L)), receipts);
    assertEquals(List.of(), stream.said);
  }

  @Test
  void howFarEverybodyHasReadIsReadInEverySubscriptionAndAfterSomeWereShed() {
    wantsReceipts = true;
    welcome(0);
    answer(0, A, 0);
    assertEquals(1, network.readings.size());
    receive(0, receipt(A, "{\"bob\":7}"));
    network.answer(0, new Beside.Answer.Read(places(Map.of("bob", 5L, "eve", 2L))));
    assertEquals(Map.of("bob", 7L, "eve", 2L), receipts.getLast(), "an older answer takes nothing");
    event(0, 1);
    assertEquals(1, network.readings.size(), "an event is no reason");
    receive(0, frame("{\"t\":\"recovered\",\"lanes\":[\"signal\"],\"dropped\":{}}"));
    assertEquals(1, network.readings.size());
    receive(0, frame("{\"t\":\"recovered\",\"lanes\":[\"receipt\"],\"dropped\":{}}"));
    assertEquals(2, network.readings.size());
    network.answer(1, new Beside.Answer.Failed(true, 100));
    assertEquals(new Beside.Retry(1, 100), network.readings.getLast().retry());
    network.answer(2, new Beside.Answer.Failed(false, 0));
    assertEquals(3, network.readings.size(), "what is refused is not asked again");

    link(0).receiver.closed(End.broken("cut"));
    network.pass(connection, 1_000);
    welcome(1);
    answer(1, A, 1);
    assertEquals(4, network.readings.size());
    int told = receipts.size();
    network.answer(2, new Beside.Answer.Read(places(Map.of("old", 1L))));
    assertEquals(told, receipts.size(), "an answer to an earlier reading is passed over");
  }

  // ---- what the tests are told in

  private static ChannelReceipts places(Map<String, Long> read) {
    return new ChannelReceipts(A, 1, 9, read);
  }

  private static ServerMessage signal(String channel, String user) {
    return frame(
        "{\"t\":\"signal\",\"channel\":\""
            + channel
            + "\",\"user\":\""
            + user
            + "\",\"type\":\"typing\",\"ttlMs\":3000,\"data\":{\"on\":true}}");
  }

  private static ServerMessage receipt(String channel, String read) {
    return frame(
        "{\"t\":\"receipt\",\"channel\":\"" + channel + "\",\"epoch\":1,\"read\":" + read + "}");
  }

  private static ServerMessage frame(String json) {
    return ServerMessages.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  private PlayedLink link(int number) {
    return network.links.get(number);
  }

  private void receive(int link, ServerMessage message) {
    link(link).receiver.received(message);
    network.settle(connection);
  }

  private void welcome(int link) {
    link(link).receiver.opened();
    receive(link, new ServerMessage.Welcome("s", "ann", null, 30_000));
  }

  private void answer(int link, String channel, long after) {
    long ref = link(link).refs.getLast();
    receive(link, new ServerMessage.Subscribed(ref, channel, 1, after, after, null));
  }

  private void event(int link, long seq) {
    receive(link, new ServerMessage.Event(SomeEvents.at(seq)));
  }

  private final class Kept implements ChannelListener {
    @Override
    public void onEvent(ChannelEvent event) {}

    @Override
    public void onSignals(List<Signal> signals) {
      signallers.add(String.join(",", signals.stream().map(Signal::user).toList()));
    }

    @Override
    public void onReceipts(Map<String, Long> read) {
      receipts.add(read);
    }

    @Override
    public boolean wantsReceipts() {
      return wantsReceipts;
    }
  }
}
