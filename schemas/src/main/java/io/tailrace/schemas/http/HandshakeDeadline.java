package io.tailrace.schemas.http;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.ssl.SslConnection;

/** Cuts a connection whose TLS handshake takes too long. On I/O threads. */
final class HandshakeDeadline implements ChannelListener<StreamConnection> {
  /** What a session says of itself before the handshake is at its end. */
  private static final String UNAGREED = "NONE";

  private final ChannelListener<StreamConnection> next;
  private final Duration longest;
  private final PortMetrics metrics;

  HandshakeDeadline(ChannelListener<StreamConnection> next, Duration longest, PortMetrics metrics) {
    this.next = next;
    this.longest = longest;
    this.metrics = metrics;
  }

  @Override
  public void handleEvent(StreamConnection connection) {
    if (connection instanceof SslConnection ssl) {
      try {
        var _ =
            connection
                .getIoThread()
                .executeAfter(() -> look(ssl), longest.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException _) {
        // The port is being closed; nobody is to begin here.
        IoUtils.safeClose(connection);
        return;
      }
    }
    next.handleEvent(connection);
  }

  private void look(SslConnection connection) {
    if (connection.isOpen() && UNAGREED.equals(connection.getSslSession().getProtocol())) {
      metrics.cut("tls_handshake");
      IoUtils.safeClose(connection);
    }
  }
}
