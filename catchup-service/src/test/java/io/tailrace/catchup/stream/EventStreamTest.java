package io.tailrace.catchup.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.catchup.auth.Reader;
import io.tailrace.catchup.await.Moments;
import io.tailrace.catchup.await.Progress;
import io.tailrace.catchup.read.Pieces;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.sequencer.store.Membership;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A stream whose history changes under it. */
class EventStreamTest {
  private static final Channel CHANNEL = new Channel("acme", "chat", "a");
  private static final Instant UNTIL = Instant.parse("2026-11-25T12:00:00Z");

  private static final Reader ADA =
      new Reader(CHANNEL, "ada", Contracts.shipped().of(CHANNEL.kind()));

  private final FakeHistory history = new FakeHistory();
  private final AtomicReference<Instant> now = new AtomicReference<>(UNTIL.minusSeconds(60));
  private final Moments moments = new Moments(history, new Progress(10, System::nanoTime));

  private EventStream stream(long after, long to) {
    return new EventStream(
        moments,
        new EventStream.Asked(ADA, StreamFormat.LINES, UNTIL, now::get),
        new StreamRules.Plan(1, history.head, after, to));
  }

  private static String more(Pieces pieces) throws InterruptedException {
    return new String(assertInstanceOf(Pieces.Piece.More.class, pieces.next()).bytes(), UTF_8);
  }

  private static String last(Pieces pieces) throws InterruptedException {
    return new String(assertInstanceOf(Pieces.Piece.Last.class, pieces.next()).bytes(), UTF_8);
  }

  @Test
  void isReadAViewAPieceAndEndsWithTheChain() throws InterruptedException {
    history.head = 4500;
    EventStream stream = stream(0, 4500);

    String first = more(stream);
    history.head = 9000;
    String second = more(stream);
    String third = last(stream);

    assertTrue(first.startsWith("{\"begin\":{\"channel\":\"chat:a\",\"epoch\":1,\"head\":4500,"));
    assertTrue(first.endsWith("{\"seq\":2000}\n"), first);
    assertTrue(second.startsWith("{\"seq\":2001}\n"));
    assertTrue(
        third.endsWith(
            "{\"seq\":4500}\n{\"end\":{\"complete\":true,\"after\":4500,\"chain\":\""
                + Chain.hex(4500)
                + "\"}}\n"),
        third);
    assertEquals(3, history.opened);
    assertEquals(0, history.open);
  }

  @Test
  void saysWhereToGoOnWhenWhatFollowsIsNotKeptAnyMore() throws InterruptedException {
    history.head = 4500;
    EventStream stream = stream(0, 4500);
    more(stream);

    history.first = 3000;
    String end = last(stream);

    assertTrue(end.startsWith("{\"end\":{\"complete\":false,\"after\":2000,"), end);
    assertTrue(end.contains("\"code\":\"history_gone\""), end);
    assertTrue(end.contains("\"snapshot\":\"/v1/channels/chat:a/snapshot\""), end);
  }

  @Test
  void endsWithItsEpoch() throws InterruptedException {
    history.head = 4500;
    EventStream stream = stream(0, 4500);
    more(stream);

    history.epoch = 2;

    assertTrue(last(stream).contains("\"code\":\"epoch_changed\""));
  }

  @Test
  void endsWithTheRightToReadIt() throws InterruptedException {
    history.head = 4500;
    EventStream stream = stream(0, 4500);
    more(stream);

    now.set(UNTIL.plusSeconds(1));
    String end = last(stream);

    assertTrue(end.startsWith("{\"end\":{\"complete\":false,\"after\":2000,"), end);
    assertTrue(end.contains("\"code\":\"token_expired\""), end);
  }

  @Test
  void endsWhenItsReaderIsRemoved() throws InterruptedException {
    history.head = 4500;
    history.membership = new Membership(1, "member", 1);
    EventStream stream = stream(0, 4500);
    more(stream);

    history.head = 4501;
    history.membership = new Membership(1, null, 1);
    String end = last(stream);

    assertTrue(end.startsWith("{\"end\":{\"complete\":false,\"after\":2000,"), end);
    assertTrue(end.contains("\"code\":\"forbidden\""), end);
  }

  @Test
  void ofOneWhoWasRemovedAndAddedAgainMeanwhileShowsNothingOfTheTimeBefore()
      throws InterruptedException {
    history.head = 4500;
    history.membership = new Membership(1, "member", 1);
    EventStream stream = stream(0, 4500);
    more(stream);

    history.head = 4502;
    history.membership = new Membership(1, "member", 4502);

    assertTrue(last(stream).contains("\"code\":\"history_gone\""));
  }

  @Test
  void aPageEndsWhenItsReaderIsRemoved() throws InterruptedException {
    history.head = 256;
    history.membership = new Membership(1, null, 1);
    var plan = new io.tailrace.catchup.read.PageRules.Plan(1, 0, 256, 256, "tag");

    Pieces.Piece piece = new PagePieces(moments, ADA, plan).next();

    assertEquals(
        ProblemCode.FORBIDDEN, assertInstanceOf(Pieces.Piece.Broken.class, piece).problem().code());
  }

  @Test
  void ofNothingHasABeginAndAnEnd() throws InterruptedException {
    history.head = 5;

    String all = last(stream(7, 5));

    assertTrue(all.endsWith("{\"end\":{\"complete\":true,\"after\":7}}\n"), all);
  }

  @Test
  void aPageThatCannotBeEndedIsBroken() throws InterruptedException {
    history.head = 256;
    history.first = 2;
    var plan = new io.tailrace.catchup.read.PageRules.Plan(1, 0, 256, 256, "tag");

    assertInstanceOf(Pieces.Piece.Broken.class, new PagePieces(moments, ADA, plan).next());
  }
}
