package io.tailrace.gateway.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.ephemeral.EphemeralFrame;
import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.session.Happening;
import io.tailrace.gateway.session.Peer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who gets an ephemeral frame, what becomes of those that do not fit, and what is told of them. */
final class SheddingTest {
  private static final long QUEUE_BYTES = 16_000;
  private static final long PLENTY = 1 << 20;

  private final OneShard shard = new OneShard(QUEUE_BYTES / 2);

  private static EphemeralFrame typing(String channel, String user) {
    return EphemeralFrame.toAll("demo/" + channel, Lane.SIGNAL, user, json("signal", user));
  }

  private static EphemeralFrame presence(String channel, String user) {
    return EphemeralFrame.toAll("demo/" + channel, Lane.PRESENCE, null, json("presence", user));
  }

  private static EphemeralFrame whole(Peer peer, String channel) {
    byte[] json = json("presence", "all");
    return EphemeralFrame.toOne(peer, "demo/" + channel, Lane.PRESENCE, null, json);
  }

  private static byte[] json(String t, String user) {
    return ("{\"t\":\"" + t + "\",\"user\":\"" + user + "\"}").getBytes(StandardCharsets.UTF_8);
  }

  private List<String> told(Peer peer) {
    List<String> told = new ArrayList<>();
    while (!peer.queue().isEmpty()) {
      for (JsonNode frame : shard.frames(peer)) {
        told.add(frame.path("t").asText());
      }
    }
    return told;
  }

  private JsonNode last(Peer peer, String t) {
    JsonNode last = null;
    while (!peer.queue().isEmpty()) {
      for (JsonNode frame : shard.frames(peer)) {
        last = frame.path("t").asText().equals(t) ? frame : last;
      }
    }
    return Objects.requireNonNull(last, () -> "no " + t);
  }

  private void typeALot(String channel, int users) {
    for (int i = 0; i < users; i++) {
      shard.show(typing(channel, "user" + i));
    }
  }

  @Test
  void whoIsLiveAndTakesTheLaneGetsIt() {
    Peer ann = shard.live(PLENTY, "chat:a");
    Peer bob = shard.live(PLENTY, "chat:a");
    Peer other = shard.live(PLENTY, "chat:b");
    Peer joining = shard.connect(PLENTY);
    shard.subscribe(joining, "chat:a", 0);
    Peer quiet = shard.connect(PLENTY);
    shard.answer(shard.subscribe(quiet, "chat:a", 0, Set.of("presence")), 0);
    told(quiet);
    byte[] json = json("signal", "ann");

    shard.show(EphemeralFrame.toOthers(ann, "demo/chat:a", Lane.SIGNAL, "ann typing", json));
    shard.show(whole(bob, "chat:a"));

    assertEquals(List.of(), told(ann), "who says it needs not hear it");
    assertEquals(List.of("presence", "signal"), told(bob), "the higher lane first");
    assertEquals(List.of(), told(other));
    assertEquals(List.of(), told(joining));
    assertEquals(List.of(), told(quiet));
  }

  @Test
  void aLaneThatIsNoneIsRefusedWithTheWords() {
    Peer peer = shard.connect(PLENTY);
    assertEquals(0, shard.subscribe(peer, "chat:a", 0, Set.of("typing")).size());

    JsonNode error = shard.frames(peer).getFirst();

    assertEquals("bad_request", error.path("code").asText(), error.toString());
    assertTrue(error.path("detail").asText().contains("signal"), error.toString());
  }

  @Test
  void anEventStreamGetsItUnderTheNameOfItsLane() {
    Peer peer = shard.connect(PLENTY, Wire.EVENT_STREAM);
    shard.answer(shard.subscribe(peer, "chat:a", 0), 0);
    shard.drain(peer);

    shard.show(typing("chat:a", "ann"));

    ByteBuffer[] buffers = new ByteBuffer[2];
    assertEquals(1, peer.queue().gather(buffers));
    assertEquals(
        "event: signal\ndata: {\"t\":\"signal\",\"user\":\"ann\"}\n\n",
        StandardCharsets.UTF_8.decode(buffers[0]).toString());
  }

  @Test
  void typingCostsNoEventAndEventsTakeWhatTypingHolds() {
    Peer peer = shard.live(QUEUE_BYTES, "chat:a");
    typeALot("chat:a", 500);
    long shed = shard.shed(Lane.SIGNAL);

    long seq = 0;
    while (shard.count(Happening.BEHIND) == 0) {
      shard.see("chat:a", ++seq, 300);
    }

    assertTrue(shed > 0, "typing keeps to its share");
    long left = 500 - shard.shed(Lane.SIGNAL);
    assertTrue(left < 2, left + " are in what is too little for an event");
    List<String> told = told(peer);
    assertEquals(seq - 1, told.indexOf("behind"), "every event before it");
    assertEquals(left, told.stream().filter("signal"::equals).count());
  }

  @Test
  void sheddingIsToldWhenItBeginsThenOnceASecondAndWhenItIsOver() {
    Peer peer = shard.live(QUEUE_BYTES, "chat:a");
    shard.tick(peer, 100);
    assertEquals(List.of(), told(peer), "nothing was shed");
    typeALot("chat:a", 100);
    shard.tick(peer, 200);
    JsonNode begun = shard.frames(peer).getFirst();
    assertEquals("degraded", begun.path("t").asText(), "it arrives before what waits");
    assertEquals("[\"signal\"]", begun.path("lanes").toString());
    assertEquals(shard.shed(Lane.SIGNAL), begun.path("dropped").path("signal").asLong());

    typeALot("chat:a", 100);
    shard.tick(peer, 400);
    shard.tick(peer, 1100);
    typeALot("chat:a", 100);
    assertEquals(0, told(peer).stream().filter("degraded"::equals).count(), "not yet again");
    shard.tick(peer, 1200);
    JsonNode more = last(peer, "degraded");
    assertEquals(shard.shed(Lane.SIGNAL), more.path("dropped").path("signal").asLong());

    shard.tick(peer, 3100);
    assertEquals(List.of(), told(peer), "it may fill again at once");
    shard.tick(peer, 3200);
    JsonNode over = last(peer, "recovered");
    assertEquals(shard.shed(Lane.SIGNAL), over.path("dropped").path("signal").asLong());
    assertEquals("[\"signal\"]", over.path("lanes").toString());

    shard.tick(peer, 9000);
    assertEquals(List.of(), told(peer));
    typeALot("chat:a", 100);
    shard.tick(peer, 9200);
    assertEquals(
        shard.shed(Lane.SIGNAL),
        last(peer, "degraded").path("dropped").path("signal").asLong(),
        "it begins anew");
  }

  @Test
  void anEventStreamIsToldInItsOwnForm() {
    Peer peer = shard.connect(QUEUE_BYTES, Wire.EVENT_STREAM);
    shard.answer(shard.subscribe(peer, "chat:a", 0), 0);
    shard.drain(peer);
    typeALot("chat:a", 100);
    shard.tick(peer, 200);

    ByteBuffer[] buffers = new ByteBuffer[2];
    peer.queue().gather(buffers);

    assertEquals(
        "event: degraded\ndata: {\"t\":\"degraded\",\"lanes\":[\"signal\"],\"dropped\":{\"signal\":"
            + shard.shed(Lane.SIGNAL)
            + "}}\n\n",
        StandardCharsets.UTF_8.decode(buffers[0]).toString());
  }

  @Test
  void whoStaysFullDoesNotRecover() {
    Peer peer = shard.live(QUEUE_BYTES, "chat:a");
    typeALot("chat:a", 100);
    for (int seq = 1; seq <= 10; seq++) {
      shard.see("chat:a", seq, 300);
    }

    for (long nowMs = 200; nowMs <= 20_000; nowMs += 200) {
      shard.tick(peer, nowMs);
    }

    assertEquals(0, told(peer).stream().filter("recovered"::equals).count());
  }

  @Test
  void aListThatMissedAChangeIsShownWholeWhenAllIsWell() {
    Peer peer = shard.live(QUEUE_BYTES, "chat:a");
    shard.answer(shard.subscribe(peer, "chat:b", 0), 0);
    shard.show(whole(peer, "chat:a"));
    shard.show(whole(peer, "chat:b"));
    told(peer);
    for (int i = 0; i < 200; i++) {
      shard.show(presence("chat:a", "user" + i));
    }
    shard.tick(peer, 200);
    assertEquals(List.of("degraded"), told(peer), "no change without the one before it");
    shard.show(presence("chat:b", "eve"));
    assertEquals(List.of("presence"), told(peer), "the other channel's list is whole");

    shard.show(presence("chat:a", "late"));
    shard.tick(peer, 2200);

    assertEquals(List.of("recovered"), told(peer));
    assertEquals(List.of("demo/chat:a"), shard.missed());
    shard.show(presence("chat:a", "later"));
    assertEquals(List.of(), told(peer), "nor any change before the whole state");
    shard.show(whole(peer, "chat:a"));
    shard.show(presence("chat:a", "last"));
    assertEquals(List.of("presence", "presence"), told(peer));
  }

  @Test
  void nothingIsToldOfAListBeforeItIsWhole() {
    Peer peer = shard.live(PLENTY, "chat:a");
    shard.show(presence("chat:a", "early"));
    assertEquals(List.of(), told(peer));

    shard.show(whole(peer, "chat:a"));
    shard.show(presence("chat:a", "bob"));

    assertEquals(List.of("presence", "presence"), told(peer));
  }

  @Test
  void aListOfWhichSomethingHadNoRoomIsAskedForAnew() {
    Peer peer = shard.live(PLENTY, "chat:a");
    shard.show(whole(peer, "chat:a"));
    told(peer);

    shard.unshown("chat:a");

    assertEquals(List.of("demo/chat:a"), shard.missed());
    shard.show(presence("chat:a", "bob"));
    assertEquals(List.of(), told(peer));
  }

  @Test
  void aWholeStateThatComesMeanwhileIsEnough() {
    Peer peer = shard.live(QUEUE_BYTES, "chat:a");
    shard.show(whole(peer, "chat:a"));
    for (int i = 0; i < 200; i++) {
      shard.show(presence("chat:a", "user" + i));
    }

    shard.show(whole(peer, "chat:a"));
    shard.show(presence("chat:a", "new"));
    assertEquals(List.of("presence", "presence"), told(peer));

    shard.tick(peer, 200);
    shard.tick(peer, 2200);
    assertEquals(List.of("degraded", "recovered"), told(peer));
    assertEquals(List.of(), shard.missed());
  }
}
