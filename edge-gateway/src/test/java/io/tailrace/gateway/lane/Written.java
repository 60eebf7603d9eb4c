package io.tailrace.gateway.lane;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A socket that takes as much of a queue as a test says, and short ways to fill one. */
final class Written {
  /** Whose events they are, where that does not matter. */
  static final Object OWNER = new Object();

  private Written() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Writes at most so many bytes and returns them. */
  static String write(SendQueue queue, int most) {
    ByteBuffer[] buffers = new ByteBuffer[8];
    int n = queue.gather(buffers);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < n; i++) {
      while (buffers[i].hasRemaining() && out.size() < most) {
        out.write(buffers[i].get());
      }
    }
    queue.written();
    return out.toString(StandardCharsets.US_ASCII);
  }

  /** All that waits. */
  static String all(SendQueue queue) {
    StringBuilder out = new StringBuilder();
    while (!queue.isEmpty()) {
      out.append(write(queue, Integer.MAX_VALUE));
    }
    return out.toString();
  }

  /** A queue with room for so many entries of one byte each. */
  static SendQueue roomFor(int entries) {
    return queue(1L << 30, entries);
  }

  static SendQueue queue(long bytesMax, int entriesMax) {
    return new SendQueue(new SendQueue.Bounds(bytesMax, entriesMax, 100_000), new Account());
  }

  static boolean event(SendQueue queue, String text) {
    Shared shared = Shared.of(bytes(text));
    return queue.offer(OWNER, 0, shared, shared.view());
  }

  /** Something of a lane, the same for nobody. */
  static boolean offer(SendQueue queue, Lane lane, String text) {
    if (lane == Lane.EVENT) {
      return event(queue, text);
    }
    return queue.offer(new Subject(lane, "demo/chat:a", text, false), Shared.of(bytes(text)));
  }

  static long shed(SendQueue queue, Lane lane) {
    long[] shed = queue.shed();
    return shed == null ? 0 : shed[lane.place()];
  }
}
