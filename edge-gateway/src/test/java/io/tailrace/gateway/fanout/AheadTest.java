package io.tailrace.gateway.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tailrace.gateway.admit.RateGate;
import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.gateway.resume.Windows;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.SessionDesk;
import io.tailrace.gateway.subscribe.SubscribeDesk;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.frame.ClientFrames;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Those who have more than the stores wait for the feed, and not for the clock. */
final class AheadTest {
  private static final Identity ANN =
      new Identity("demo", "ann", null, Set.of(), null, Instant.ofEpochSecond(4_000_000_000L));
  private final ShardCore core =
      new ShardCore(
          new ShardCore.Rules(
              new SessionDesk.Rules(1000, 1000, 1000, 0, 1e6, 1e6, Map.of(), "test"),
              new SubscribeDesk.Rules(
                  (_, _) -> 10, _ -> 0, 10, 3000, 500, new RateGate(1e9, 1e9, 1, 2)),
              400),
          new Windows(1000, 1 << 20, new long[] {0}),
          _ -> new TokenResult.Accepted(ANN),
          _ -> {});

  private List<JoinWire.Ask> carryOut() {
    core.finish(0);
    List<JoinWire.Ask> asks = core.asks();
    core.finish(0).clear();
    return asks;
  }

  private List<JoinWire.Ask> subscribe(String channel, long after) {
    Peer peer = new Peer("s", Wire.WEB_SOCKET, new SendQueue(1000, 100_000), 0);
    core.decide(new Input.Opened(peer), 0);
    core.decide(new Input.Identified(peer, ANN), 0);
    ClientFrame.Want want = new ClientFrame.Want(channel, after, 1, null, Set.of());
    core.decide(
        new Input.Received(
            peer, new ClientFrames.Read(new ClientFrame.Subscribe(1, List.of(want), false))),
        0);
    return carryOut();
  }

  private void answer(List<JoinWire.Ask> asks, long head) {
    List<JoinWire.Answer> answers = new ArrayList<>();
    for (JoinWire.Ask ask : asks) {
      answers.add(new JoinWire.Answer.View(ask.number(), 1, head, 0, 1, null));
    }
    core.decide(new Input.Joined(answers), 0);
    carryOut();
  }

  private List<JoinWire.Ask> see(String channel, long seq) {
    core.decide(
        new Input.Feed(
            List.of(
                new Frame(
                    new Frame.Place("demo/" + channel, 0, seq, 1, seq, seq),
                    0,
                    0,
                    false,
                    new byte[10]))),
        0);
    return carryOut();
  }

  @Test
  void theFrameThatSomebodyWaitsForMakesThemAskAgain() {
    answer(subscribe("chat:a", 3), 1);
    answer(subscribe("chat:a", 4), 1);
    answer(subscribe("chat:b", 2), 1);

    assertEquals(0, see("chat:a", 2).size());
    assertEquals(1, see("chat:a", 3).size(), "who has 3");
    assertEquals(1, see("chat:a", 4).size(), "who has 4");
    assertEquals(0, see("chat:a", 5).size());
    assertEquals(1, see("chat:b", 2).size(), "who waits in another room");
  }
}
