package io.tailrace.load.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tailrace.load.driver.FrameHandler.Next;
import io.tailrace.load.oracle.Access.Admission;
import io.tailrace.load.oracle.Access.Refusal;
import io.tailrace.load.oracle.Access.Revocation;
import io.tailrace.load.oracle.Sighting;
import io.tailrace.load.oracle.Witness;
import io.tailrace.load.target.Target;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A subscriber who may be shut out writes down all that it is shown, whether it applies it or not.
 */
class WhoComesAndGoesTest {
  private static final String CHANNEL = "chat:room";
  private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

  private final Crew crew =
      new Crew(new Target(NOWHERE, NOWHERE, NOWHERE, "demo", user -> "token of " + user, () -> ""));
  private final Seat seat = Seat.member("member ws-0", "ada", List.of(CHANNEL));
  private final FrameHandler handler =
      new FrameHandler(seat, crew.plain("ada", crew.target()), crew);
  private final Trail trail = Objects.requireNonNull(handler.trails().get(CHANNEL));

  @AfterEach
  void close() {
    crew.close();
  }

  @Test
  void theAnswerIsKeptWithWhatWasAskedFor() throws Exception {
    trail.asks(7, 0);

    handle(
        "{\"t\":\"subscribed\",\"ref\":7,\"channel\":\"chat:room\",\"epoch\":1,\"head\":5,\"after\":0}");

    assertEquals(List.of(new Admission("ada", "member ws-0", 5, 0, 0)), page().admissions());
  }

  @Test
  void revokedIsKeptAndAskedAgain() throws Exception {
    var next = handle("{\"t\":\"revoked\",\"channel\":\"chat:room\",\"seq\":9}");

    assertInstanceOf(Next.SubscribeAgain.class, next);
    assertEquals(List.of(new Revocation("ada", "member ws-0", 9)), page().revocations());
  }

  @Test
  void aRefusalIsKeptAndAskedAgain() throws Exception {
    var next =
        handle(
            "{\"t\":\"error\",\"ref\":1,\"channel\":\"chat:room\",\"code\":\"forbidden\",\"detail\":\"no\"}");

    assertInstanceOf(Next.SubscribeAgain.class, next);
    assertEquals(List.of(new Refusal("ada", "member ws-0", 0)), page().refusals());
  }

  @Test
  void whoeverIsNeverShutOutMustNotBeRevoked() {
    var other = new FrameHandler(Seat.alone("ws-1", List.of(CHANNEL)), crew.http("eve"), crew);
    var frame = "{\"t\":\"revoked\",\"channel\":\"chat:room\",\"seq\":9}";

    assertThrows(
        ProtocolViolation.class, () -> other.handle(frame.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void whatComesBehindTheRemovalIsKeptAlthoughItIsNotApplied() throws Exception {
    subscribed(2);
    handle(event(1));
    handle("{\"t\":\"revoked\",\"channel\":\"chat:room\",\"seq\":2}");

    handle(event(4));

    assertEquals(1, trail.last());
    assertEquals(List.of(List.of(4L), List.of(1L)), seen());
  }

  @Test
  void aRepeatIsKept() throws Exception {
    subscribed(1);
    handle(event(1));

    handle(event(1));

    assertEquals(List.of(List.of(1L), List.of(1L)), seen());
  }

  @Test
  void whatIsNotForThemEndsAPiece() throws Exception {
    subscribed(9);
    handle(event(1));

    trail.leapTo(6);
    handle(event(7));
    handle(event(8));

    assertEquals(8, trail.last());
    assertEquals(List.of(List.of(1L), List.of(7L, 8L)), seen());
  }

  @Test
  void aResetBelowThePieceBeginsAgain() throws Exception {
    subscribed(9);
    trail.leapTo(6);
    handle(event(7));

    trail.reset(0);
    handle(event(1));

    assertEquals(List.of(List.of(7L), List.of(1L)), seen());
  }

  private void subscribed(long head) throws Exception {
    handle(
        "{\"t\":\"subscribed\",\"ref\":1,\"channel\":\"chat:room\",\"epoch\":1,\"head\":%d,\"after\":0}"
            .formatted(head));
  }

  private static String event(long seq) {
    return "{\"t\":\"event\",\"channel\":\"chat:room\",\"seq\":%d,\"id\":\"00000000-0000-0000-0000-00000000000%d\",\"type\":\"message.posted\",\"time\":\"2026-11-25T04:30:26.000000Z\",\"chain\":\"00000000000000ff\",\"data\":{}}"
        .formatted(seq, seq);
  }

  private Next handle(String frame) throws Exception {
    return handler.handle(frame.getBytes(StandardCharsets.UTF_8));
  }

  private AccessLog.Page page() {
    return crew.access().of(CHANNEL);
  }

  private List<List<Long>> seen() {
    return trail.witnesses().stream()
        .map(Witness::sightings)
        .map(piece -> piece.stream().map(Sighting::seq).toList())
        .toList();
  }
}
