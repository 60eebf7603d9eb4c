package io.tailrace.load.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tailrace.load.proxy.Trigger.Side;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MomentTest {
  private static final String ANSWER = "{\"t\":\"t\"t\":\"subscribed\",\"head\":7}";
  private static final int BEHIND_TRIGGER = ANSWER.indexOf("subscribed") + "subscribed\"".length();

  @Test
  void theHandshakeIsCountedFromTheFirstByte() {
    var moment = new Moment(Trigger.CONNECTED, 5);

    assertEquals(5, within(moment, Side.SERVER, "HTTP/1.1 101"));
  }

  @Test
  void whatTheClientSaysIsNotCounted() {
    var moment = new Moment(Trigger.CONNECTED, 5);
    within(moment, Side.CLIENT, "GET /v1/ws HTTP/1.1");

    assertEquals(5, within(moment, Side.SERVER, "HTTP/1.1 101"));
  }

  @Test
  void aTriggerIsFoundHoweverItIsCut() {
    for (int at = 0; at <= ANSWER.length(); at++) {
      var moment = new Moment(Trigger.SUBSCRIBED, 3);
      int place = BEHIND_TRIGGER + 3;

      int first = within(moment, Side.SERVER, ANSWER.substring(0, at));
      int second = first >= 0 ? -1 : within(moment, Side.SERVER, ANSWER.substring(at));

      assertEquals(place, first >= 0 ? first : at + second, "cut at " + at);
    }
  }

  @Test
  void withoutItsTriggerItNeverComes() {
    var moment = new Moment(Trigger.EVENT, 0);

    assertEquals(-1, within(moment, Side.SERVER, ANSWER));
    assertEquals(-1, within(moment, Side.CLIENT, "\"t\":\"event\""));
  }

  @Test
  void aPageIsSeenInItsRequestAndCutInItsAnswer() {
    var moment = new Moment(Trigger.PAGE, 4);

    assertEquals(-1, within(moment, Side.SERVER, "an answer to something else"));
    assertEquals(-1, within(moment, Side.CLIENT, "GET /v1/channels/chat:a/events?after=0"));
    assertEquals(4, within(moment, Side.SERVER, "HTTP/1.1 200"));
  }

  private static int within(Moment moment, Side from, String said) {
    var bytes = said.getBytes(StandardCharsets.UTF_8);
    return moment.within(from, bytes, bytes.length);
  }
}
