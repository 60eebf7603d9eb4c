package io.tailrace.gateway.session;

import io.tailrace.gateway.encode.EventStreamText;
import io.tailrace.gateway.encode.WebSocketText;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.schemas.frame.ServerFrame;
import io.tailrace.schemas.frame.ServerFrames;
import io.tailrace.schemas.problem.ProblemCode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the core wants done, collected while it decides; the edge carries it out and clears it.
 * Owned by the shard's thread.
 */
public final class Decision {
  private static final int FINAL_PING = 0x89;
  private static final byte[] PING = WebSocketText.frame(FINAL_PING, new byte[0]);

  private final List<Peer> changed = new ArrayList<>();
  private final List<Closing> closings = new ArrayList<>();
  private final List<Subscription> joins = new ArrayList<>();
  private final EnumMap<Happening, Long> counts = new EnumMap<>(Happening.class);

  /**
   * A connection to be closed when what waits for it has been sent.
   *
   * @param code a WebSocket close code
   * @param reason short, for people
   * @param label why, as the metrics have it
   */
  public record Closing(Peer peer, int code, String reason, String label) {}

  /** Connections for which something new waits, each once. */
  public List<Peer> changed() {
    return changed;
  }

  /** Connections to close. */
  public List<Closing> closings() {
    return closings;
  }

  /** Registrations whose join is to be asked; some may have ended since. */
  public List<Subscription> joins() {
    return joins;
  }

  /** How often something has happened; what has not is missing. */
  public Map<Happening, Long> counts() {
    return counts;
  }

  /** All has been carried out. */
  public void clear() {
    counts.clear();
    for (Peer peer : changed) {
      peer.changed = false;
    }
    changed.clear();
    closings.clear();
    joins.clear();
  }

  /** Counts. */
  public void happened(Happening happening) {
    counts.merge(happening, 1L, Long::sum);
  }

  /** Something new waits for a connection. */
  public void changed(Peer peer) {
    if (!peer.changed) {
      peer.changed = true;
      changed.add(peer);
    }
  }

  /** Sends a frame; a connection that asks and never reads is closed. */
  public void send(Peer peer, ServerFrame frame) {
    byte[] json = ServerFrames.encode(frame);
    answer(
        peer,
        switch (peer.wire()) {
          case WEB_SOCKET -> WebSocketText.frame(json);
          case EVENT_STREAM -> EventStreamText.event(name(frame), json);
        });
  }

  /** Sends bytes as they are. */
  public void answer(Peer peer, byte[] bytes) {
    if (peer.isClosing()) {
      return;
    }
    if (peer.queue().answer(bytes)) {
      changed(peer);
    } else {
      close(peer, ProblemCode.TOO_SLOW, "answers are not being read");
    }
  }

  /** Sends a refusal, and closes where its code says so. */
  public void refuse(
      Peer peer,
      @Nullable Long ref,
      @Nullable String channel,
      ProblemCode code,
      String detail,
      @Nullable Long retryAfterMs) {
    happened(Happening.REFUSED);
    if (code.closeCode() != 0) {
      close(peer, code, detail);
    } else {
      send(peer, new ServerFrame.Err(ref, channel, code.code(), detail, retryAfterMs));
      if (peer.wire() == Wire.EVENT_STREAM && retryAfterMs != null) {
        answer(peer, EventStreamText.retry(retryAfterMs));
      }
    }
  }

  /** Asks for a sign of life. */
  public void ping(Peer peer) {
    switch (peer.wire()) {
      case WEB_SOCKET -> answer(peer, PING);
      case EVENT_STREAM -> answer(peer, EventStreamText.comment());
    }
  }

  /** Closes for a reason of the table. */
  public void close(Peer peer, ProblemCode code, String reason) {
    close(peer, code.closeCode(), reason, code.code());
  }

  /** Closes with a code. */
  public void close(Peer peer, int code, String reason, String label) {
    if (!peer.isClosing()) {
      peer.close();
      closings.add(new Closing(peer, code, reason, label));
    }
  }

  /** The name of a frame is that of its record, as {@link ServerFrames} writes it in {@code t}. */
  private static String name(ServerFrame frame) {
    return switch (frame) {
      case ServerFrame.Err _ -> "error";
      default -> frame.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    };
  }
}
