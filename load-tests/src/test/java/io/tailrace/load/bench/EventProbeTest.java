package io.tailrace.load.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.frame.EventJson;
import io.tailrace.schemas.frame.JsonText;
import io.tailrace.schemas.name.Channel;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EventProbeTest {
  private static final String TIME = "2026-11-25T04:30:26.123456Z";

  @Test
  void readsWhatItPutIntoAFrame() {
    EventProbe probe = new EventProbe("0badcafe", 200);
    for (long seq : new long[] {1, 9, 10, 12_345, Long.MAX_VALUE}) {
      byte[] frame = frame(probe, 42, seq, 987_654_321_012L);
      assertTrue(EventProbe.isEvent(frame, 0));
      assertEquals(42, probe.channelOf(frame, 0));
      assertEquals(seq, probe.seqOf(frame, 0));
      assertEquals(987_654_321_012L, EventProbe.dueOf(frame, frame.length));
      assertEquals(TIME, EventProbe.timeOf(frame, 0, frame.length));
    }
  }

  @Test
  void dataHasAboutTheSizeThatWasAskedFor() {
    assertEquals(200, new EventProbe("0badcafe", 200).data(Long.MAX_VALUE).length());
  }

  private static byte[] frame(EventProbe probe, int channel, long seq, long due) {
    Channel name = Objects.requireNonNull(Channel.parse("demo", probe.channel(channel)));
    Envelope envelope =
        new Envelope(
            "0195f3c0-0000-7000-8000-000000000001", "message.posted", null, "ann", TIME, null);
    byte[] data = probe.data(due).getBytes(StandardCharsets.UTF_8);
    JsonText text = new JsonText(512);
    EventJson.frame(text, new Event(name, envelope, 1, seq, 77, data));
    return text.toByteArray();
  }
}
