package io.tailrace.gateway.shard;

import io.tailrace.gateway.measure.GatewayMetrics;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes queues to sockets, and counts what it writes. Owned by the shard's thread. */
final class Writes {
  private static final int BUFFERS_PER_WRITE = 64;

  private final ByteBuffer[] buffers = new ByteBuffer[BUFFERS_PER_WRITE];
  private long calls;
  private long bytes;

  /** Writes what waits; whether that was all. */
  boolean write(Connection connection, long nowMs) throws IOException {
    return connection.write(buffers, this::count, nowMs);
  }

  /** Bytes written since they were last told. */
  long bytes() {
    return bytes;
  }

  /** Tells what was written since the last time. */
  void tell(GatewayMetrics metrics) {
    metrics.wrote(calls, bytes);
    calls = 0;
    bytes = 0;
  }

  private void count(long wrote) {
    calls++;
    bytes += wrote;
  }
}
