package io.tailrace.client.link;

import io.tailrace.client.wire.ClientMessages;
import io.tailrace.client.wire.ClientMessages.Want;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The protocol's own transport. */
public final class WebSocketLink implements Link {
  private static final int FRAME_BYTES_MAX = 4 << 20;
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  private final Receiver receiver;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicLong refs = new AtomicLong();
  // A socket takes one send at a time: each waits for the one before. Guarded by this.
  private CompletableFuture<?> lastSend = CompletableFuture.completedFuture(null);
  private volatile @Nullable WebSocket socket;

  private WebSocketLink(Receiver receiver) {
    this.receiver = receiver;
  }

  /** Connects and says hello; the receiver hears how it went. */
  public static Link open(
      HttpClient http, URI address, String token, @Nullable String device, Receiver receiver) {
    WebSocketLink link = new WebSocketLink(receiver);
    var _ =
        http.newWebSocketBuilder()
            .subprotocols("tailrace.v1.json")
            .connectTimeout(CONNECT_LIMIT)
            .buildAsync(address, link.new Frames())
            .whenComplete((opened, failure) -> {
              if (failure != null) {
                link.end(endOf(failure));
              } else if (link.ended.get()) {
                opened.abort();
              } else {
                link.socket = opened;
                link.send(ClientMessages.hello(0, token, device));
                receiver.opened(link);
              }
            });
    return link;
  }

  @Override
  public boolean welcomes() {
    return true;
  }

  @Override
  public long subscribe(List<Want> wants) {
    long ref = refs.incrementAndGet();
    send(ClientMessages.subscribe(ref, wants));
    return ref;
  }

  @Override
  public void unsubscribe(String channel) {
    send(ClientMessages.unsubscribe(refs.incrementAndGet(), channel));
  }

  @Override
  public void authenticate(String token) {
    send(ClientMessages.auth(refs.incrementAndGet(), token));
  }

  @Override
  public void ping() {
    send(ClientMessages.ping(refs.incrementAndGet()));
  }

  @Override
  public void close() {
    end(new End(0, "closed here", 0));
  }

  private synchronized void send(String text) {
    WebSocket to = socket;
    if (to == null) {
      return; // it ended meanwhile, which the receiver has been told
    }
    lastSend =
        lastSend
            .thenCompose(_ -> to.sendText(text, true))
            .whenComplete((_, failure) -> {
              if (failure != null) {
                end(endOf(failure));
              }
            });
  }

  private void end(End why) {
    if (ended.compareAndSet(false, true)) {
      WebSocket open = socket;
      if (open != null) {
        open.abort();
      }
      receiver.closed(this, why);
    }
  }

  private static End endOf(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof WebSocketHandshakeException refused) {
      var response = refused.getResponse();
      long seconds =
          response.headers().firstValue("Retry-After").map(WebSocketLink::seconds).orElse(0L);
      return new End(
          response.statusCode(),
          "the handshake was answered with " + response.statusCode(),
          seconds * 1000);
    }
    return new End(0, String.valueOf(cause), 0);
  }

  private static long seconds(String header) {
    try {
      return Math.clamp(Long.parseLong(header.strip()), 0, 3600);
    } catch (NumberFormatException _) {
      return 0; // a date, which no Tailrace sends
    }
  }

  /** Puts fragments together and hands frames over, one at a time. */
  private final class Frames implements WebSocket.Listener {
    private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
    private final StringBuilder text = new StringBuilder();

    @Override
    public void onOpen(WebSocket opened) {
      opened.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean isLast) {
      text.append(part);
      if (text.length() > FRAME_BYTES_MAX) {
        end(new End(0, "a frame over " + FRAME_BYTES_MAX + " bytes", 0));
        return null;
      }
      if (isLast) {
        byte[] frame = text.toString().getBytes(StandardCharsets.UTF_8);
        text.setLength(0);
        receiver.received(WebSocketLink.this, frame);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean isLast) {
      while (part.hasRemaining() && binary.size() <= FRAME_BYTES_MAX) {
        binary.write(part.get());
      }
      if (isLast) {
        byte[] frame = binary.toByteArray();
        binary.reset();
        receiver.received(WebSocketLink.this, frame);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      end(new End(code, reason, 0));
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
      end(endOf(failure));
    }
  }
}
