package io.tailrace.gateway.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.ephemeral.HubInput;
import io.tailrace.gateway.lane.Account;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.gateway.session.Peer;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.token.Identity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class HubInboxTest {
  private static final Contract CHAT = Objects.requireNonNull(Contracts.shipped().of("chat"));
  private static final Identity ANN =
      new Identity("demo", "ann", null, Set.of(), null, Instant.EPOCH);

  private static Peer peer(int n) {
    return new Peer(
        "s" + n,
        Wire.WEB_SOCKET,
        new SendQueue(new SendQueue.Bounds(1000, 1000, 1000), new Account()),
        0);
  }

  private static HubInput entered(String channel, Peer peer) {
    return new HubInput.Entered(channel, peer, ANN, CHAT, Set.of());
  }

  private static HubInput said(String channel, Peer peer, int n) {
    return new HubInput.Said(
        channel, peer, ANN, new ClientFrame.Signal("chat:a", "typing", Integer.toString(n)));
  }

  @Test
  void whatIsSaidIsBoundedAndCountedAndWhoComesIsNot() {
    HubInbox inbox = new HubInbox(2, 100);
    Peer peer = peer(1);

    int dropped =
        inbox.add(
            List.of(
                said("demo/chat:a", peer, 1),
                said("demo/chat:a", peer, 2),
                said("demo/chat:a", peer, 3),
                new HubInput.Left("demo/chat:a", peer)));

    assertEquals(1, dropped);
    assertEquals(3, inbox.take().size());
    assertEquals(0, inbox.add(List.of(said("demo/chat:a", peer, 4))), "there is room again");
  }

  /**
   * A hub that hears now and then knows afterwards exactly who is there, was told of nobody twice,
   * and heard nobody speak who was not there.
   */
  @RepeatedTest(20)
  void howeverManyComeAndGoTheHubKnowsWhoIsThere() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    HubInbox inbox = new HubInbox(20, 8);
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      peers.add(peer(i));
    }
    Set<String> there = new HashSet<>();
    Set<String> known = new HashSet<>();
    int said = 0;
    int dropped = 0;
    int heard = 0;
    for (int step = 0; step < 5000; step++) {
      Peer peer = peers.get(random.nextInt(peers.size()));
      String channel = "demo/chat:" + random.nextInt(3);
      String place = peer.session() + channel;
      HubInput input;
      if (!there.contains(place)) {
        there.add(place);
        input = entered(channel, peer);
      } else if (random.nextInt(3) > 0) {
        there.remove(place);
        input = new HubInput.Left(channel, peer);
      } else {
        said++;
        input = said(channel, peer, step);
      }
      dropped += inbox.add(List.of(input));
      // Twelve places, each at most gone and come again, and as many again before the next look.
      assertTrue(inbox.size() <= 2 * 24 + 1 + 20, "seed " + seed + ": " + inbox.size());
      if (random.nextInt(40) == 0) {
        heard += hear(inbox, known, seed);
        assertEquals(there, known, "seed " + seed);
      }
    }
    heard += hear(inbox, known, seed);
    assertEquals(there, known, "seed " + seed);
    assertEquals(said, heard + dropped, "seed " + seed);
    assertTrue(dropped > 0 && heard > 0, "seed " + seed + " shows nothing");
  }

  private static int hear(HubInbox inbox, Set<String> known, long seed) {
    int heard = 0;
    for (HubInput input : inbox.take()) {
      String place = input.peer().session() + input.channel();
      switch (input) {
        case HubInput.Entered _ -> assertTrue(known.add(place), "seed " + seed + ": twice there");
        case HubInput.Left _ -> assertTrue(known.remove(place), "seed " + seed + ": was not there");
        case HubInput.Said _, HubInput.HasRead _, HubInput.Missed _ -> {
          assertTrue(known.contains(place), "seed " + seed + ": spoke without being there");
          heard++;
        }
      }
    }
    return heard;
  }
}
