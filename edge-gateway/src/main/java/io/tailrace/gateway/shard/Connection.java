package io.tailrace.gateway.shard;

import io.tailrace.gateway.admit.Guests;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.gateway.session.Peer;
import io.tailrace.schemas.log.Redact;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.token.Identity;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.channels.SuspendableReadChannel;

/**
 * One socket and what has been said about closing it. Owned by the shard's thread.
 *
 * <p>A close first lets what waits go out, then the farewell of its wire, then the socket; all that
 * within a bounded time.
 */
public final class Connection {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final long LINGER_MS = 2000;
  private static final long LINGER_BYTES = 64L << 20;

  private final Peer peer;
  private final StreamSinkChannel sink;
  private final Closeable socket;
  private final Farewell farewell;
  private final Guests.Place place;
  private @Nullable String device;
  private @Nullable SuspendableReadChannel paused;
  private long stalledSinceMs = -1;
  private long closeByMs = -1;
  private String label = "gone";
  private boolean awaitsPeer;
  private boolean lingering;
  private long drainedBytes;

  /** The last bytes on a wire. */
  public interface Farewell {
    /**
     * What is sent last, null where nothing is said.
     *
     * @param label why, as the metrics have it: a problem code or one of the gateway's own few
     */
    byte @Nullable [] bytes(int code, String reason, String label);
  }

  /** A connection that has just been opened. */
  public Connection(
      Peer peer, StreamSinkChannel sink, Closeable socket, Farewell farewell, Guests.Place place) {
    this.peer = peer;
    this.sink = sink;
    this.socket = socket;
    this.farewell = farewell;
    this.place = place;
  }

  /**
   * Why whoever has just said who it is gets no place; null where it has one, or need not have one.
   */
  @Nullable Problem seat(Seats seats) {
    Identity who = peer.identity();
    return who == null || place.isKnown() || isClosing()
        ? null
        : seats.identify(who, device, place);
  }

  /** Gives back what it has taken of the bounds that each client has. */
  void leave() {
    place.leave();
  }

  /** The client says which device it is. */
  public void name(@Nullable String named) {
    device = named;
  }

  /** The connection as the core sees it. */
  public Peer peer() {
    return peer;
  }

  /** Why it was closed, as the metrics have it. */
  String label() {
    return label;
  }

  /** Takes no more of what the client asks until its answers have been written. */
  public void pauseReads(SuspendableReadChannel source) {
    source.suspendReads();
    paused = source;
  }

  /** Whether nothing more is taken from it, because it is being closed. */
  public boolean isClosing() {
    return closeByMs >= 0;
  }

  /** The other side has said that it is done: there is nothing to wait for. */
  boolean peerIsDone() {
    awaitsPeer = false;
    return lingering;
  }

  /**
   * Whether the socket is kept for a moment though all has been written. A socket that is closed
   * with bytes unread is reset, and a reset may overtake the farewell: so only this side's half is
   * closed, and what still comes is drained until the other side closes its half.
   */
  boolean lingers(long nowMs) {
    if (!awaitsPeer) {
      return false;
    }
    if (!lingering) {
      lingering = true;
      closeByMs = Math.min(closeByMs, nowMs + LINGER_MS);
      try {
        sink.shutdownWrites();
        return sink.flush();
      } catch (IOException _) {
        return false;
      }
    }
    return true;
  }

  /** Whether so much more may still come after the farewell. */
  public boolean drains(int bytes) {
    drainedBytes += bytes;
    return drainedBytes <= LINGER_BYTES;
  }

  /** Whether a write or a close has taken too long. */
  boolean isOverdue(long nowMs) {
    return isClosing() && nowMs >= closeByMs;
  }

  /** Whether the socket has taken nothing for so long though something waits. */
  boolean isStalled(long nowMs, long longestMs) {
    return stalledSinceMs >= 0 && nowMs - stalledSinceMs >= longestMs;
  }

  /** Begins a close. */
  void beginClose(int code, String reason, String why, boolean dropWaiting, long byMs) {
    SendQueue queue = peer.queue();
    if (dropWaiting) {
      queue.dropUnsent();
    }
    byte[] last = farewell.bytes(code, reason, why);
    awaitsPeer = peer.wire() == Wire.WEB_SOCKET && last != null && !dropWaiting;
    if (last != null && !queue.answer(last)) {
      queue.dropUnsent();
      queue.answer(last);
    }
    label = why;
    closeByMs = byMs;
  }

  /**
   * Writes what waits, until all is written or the socket takes no more; then the socket tells when
   * it does.
   *
   * @param calls told the bytes of every call
   * @return whether everything has been written
   */
  boolean write(ByteBuffer[] buffers, LongConsumer calls, long nowMs) throws IOException {
    SendQueue queue = peer.queue();
    while (!queue.isEmpty()) {
      int n = queue.gather(buffers);
      long wrote = sink.write(buffers, 0, n);
      boolean partial = buffers[n - 1].hasRemaining();
      queue.written();
      calls.accept(wrote);
      if (wrote > 0) {
        stalledSinceMs = -1;
      }
      // Over TLS a call takes one record, and the socket may take more.
      if (partial && wrote == 0) {
        if (stalledSinceMs < 0) {
          stalledSinceMs = nowMs;
        }
        sink.resumeWrites();
        return false;
      }
    }
    if (!sink.flush()) {
      sink.resumeWrites();
      return false;
    }
    stalledSinceMs = -1;
    if (paused != null) {
      paused.resumeReads();
      paused = null;
    }
    if (sink.isWriteResumed()) {
      sink.suspendWrites();
    }
    return true;
  }

  /** Goes on when the thread has seen to the others: the socket tells that it takes bytes. */
  void writeLater() {
    sink.resumeWrites();
  }

  /** Whether the socket takes no more and will tell when it does. */
  boolean isWaiting() {
    return stalledSinceMs >= 0;
  }

  /** One line when it has gone. */
  void logEnd() {
    Identity identity = peer.identity();
    LOG.atInfo()
        .addKeyValue("session", peer.session())
        .addKeyValue(
            "user", identity == null ? "-" : Redact.user(identity.tenant(), identity.user()))
        .addKeyValue("reason", label)
        .log("a connection was closed");
  }

  /** Closes the socket now. */
  void cut() {
    IoUtils.safeClose(socket);
  }
}
