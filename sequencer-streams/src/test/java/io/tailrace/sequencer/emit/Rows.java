package io.tailrace.sequencer.emit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.OutboxRecord;
import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.name.Channel;

/** Rows whose content follows from their id, as a source that reads the same table again has it. */
final class Rows {
  private Rows() {}

  static Channel channel(int n) {
    return new Channel("acme", "chat", "c" + n);
  }

  static Input.Row row(String id, int channel, Position position) {
    Envelope envelope =
        new Envelope(id, "message.posted", null, "ada", "2026-11-25T04:30:26.123456Z", null);
    byte[] data = ("{\"id\":\"" + id + "\"}").getBytes(UTF_8);
    return new Input.Row(new OutboxRecord(channel(channel), envelope, position, data), 200);
  }
}
