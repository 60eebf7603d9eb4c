package io.tailrace.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.client.connection.Backoff;
import io.tailrace.client.connection.ConnectionCore;
import io.tailrace.client.connection.End;
import io.tailrace.client.wire.ClientMessages.Want;
import io.tailrace.client.wire.ServerMessage;
import io.tailrace.client.wire.ServerMessages;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The connection with its followers, over links that a test plays. */
class LiveConnectionTest {
  private static final String A = "chat:room";
  private static final String B = "chat:other";

  private final PlayedNetwork network = new PlayedNetwork();
  private final Followers followers = new Followers();
  private final List<Long> delivered = new ArrayList<>();
  private final List<ChannelStatus> statuses = new ArrayList<>();
  private final List<Shed> sheds = new ArrayList<>();
  private final LiveConnection connection =
      new LiveConnection(
          new ConnectionCore(new Backoff(100, 1_000), true),
          Transport.AUTOMATIC,
          network,
          followers,
          new LiveConnection.Told(
              new ConnectionListener() {
                @Override
                public void onShed(Shed shed) {
                  sheds.add(shed);
                }
              },
              500));

  @BeforeEach
  void start() {
    follow(A);
    connection.start();
  }

  @Test
  void allChannelsAreAskedForInOneFrameFromWhatWasApplied() {
    follow(B);
    welcome(0);
    assertEquals(1, link(0).asked.size());
    answer(0, A, 0);
    answer(0, B, 0);
    event(0, 1);

    link(0).receiver.closed(End.broken("cut"));
    network.pass(connection, 1_000);
    welcome(1);
    assertEquals(1, link(1).asked.size());
    List<Want> wants = link(1).asked.getFirst();
    assertEquals(2, wants.size());
    Want mine = wants.stream().filter(want -> want.channel().equals(A)).findFirst().orElseThrow();
    assertEquals(new Place(1, 1, SomeEvents.chain(1)), mine.place());
  }

  @Test
  void aDrainedGatewayIsListenedToUntilTheNextOneHasAnswered() {
    welcome(0);
    answer(0, A, 0);
    event(0, 1);
    receive(0, new ServerMessage.Drain(0, 30_000));
    network.pass(connection, 1_000);
    welcome(1);
    event(0, 2);
    assertFalse(link(0).closed);

    answer(1, A, 1);
    assertTrue(link(0).closed);
    event(1, 2);
    event(1, 3);
    assertEquals(List.of(1L, 2L, 3L), delivered);
    assertFalse(statuses.contains(ChannelStatus.CACHED), "nobody saw a reconnect: " + statuses);
  }

  @Test
  void anAskWithoutAnAnswerIsMadeAgain() {
    welcome(0);
    network.pass(connection, 20_000);
    assertEquals(2, link(0).asked.size());
  }

  @Test
  void theStatusIsToldAsItChanges() {
    welcome(0);
    answer(0, A, 0);
    event(0, 1);
    receive(0, frame("{\"t\":\"degraded\",\"lanes\":[\"signal\"],\"dropped\":{\"signal\":3}}"));
    receive(0, frame("{\"t\":\"recovered\",\"lanes\":[\"signal\"],\"dropped\":{\"signal\":4}}"));
    link(0).receiver.closed(End.broken("cut"));
    network.settle(connection);
    receive(0, new ServerMessage.Revoked(A, 9)); // too late: that link is gone
    assertEquals(
        List.of(
            ChannelStatus.CONNECTING,
            ChannelStatus.LIVE,
            ChannelStatus.DEGRADED,
            ChannelStatus.LIVE,
            ChannelStatus.CACHED),
        statuses);
  }

  @Test
  void whatIsShedIsToldWithItsTotalsUntilTheConnectionIsGone() {
    welcome(0);
    answer(0, A, 0);
    assertNull(connection.shed());
    receive(
        0,
        frame(
            "{\"t\":\"degraded\",\"lanes\":[\"presence\",\"signal\"],"
                + "\"dropped\":{\"presence\":2,\"signal\":7}}"));
    Shed less = new Shed(true, Set.of("presence", "signal"), Map.of("presence", 2L, "signal", 7L));
    assertEquals(less, connection.shed());
    receive(0, frame("{\"t\":\"recovered\",\"lanes\":[\"signal\"],\"dropped\":{\"signal\":8}}"));
    assertNull(connection.shed());
    receive(0, frame("{\"t\":\"degraded\",\"lanes\":[],\"dropped\":{}}"));
    link(0).receiver.closed(End.broken("cut"));
    network.settle(connection);

    assertNull(connection.shed(), "the next connection begins whole");
    assertEquals(
        List.of(
            less,
            new Shed(false, Set.of("signal"), Map.of("signal", 8L)),
            new Shed(true, Set.of(), Map.of())),
        sheds);
  }

  // ---- what the tests are told in

  private static ServerMessage frame(String json) {
    return ServerMessages.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  private void follow(String channel) {
    Follower follower =
        new Follower(
            channel, new Follower.Begin(Place.START, null, 10, 0), new Kept(channel), network);
    followers.add(follower);
    follower.greet(null);
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
    private final boolean counts;

    Kept(String channel) {
      this.counts = channel.equals(A);
    }

    @Override
    public void onEvent(ChannelEvent event) {
      delivered.add(event.seq());
    }

    @Override
    public void onStatus(ChannelStatus status) {
      if (counts) {
        statuses.add(status);
      }
    }
  }
}
