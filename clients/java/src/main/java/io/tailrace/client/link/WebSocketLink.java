package io.tailrace.client.link;

import io.tailrace.client.connection.End;
import io.tailrace.client.wire.ClientMessages;
import io.tailrace.client.wire.ClientMessages.Want;
import io.tailrace.client.wire.ServerMessages;
import io.tailrace.client.wire.UnreadableException;
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
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The protocol's own transport. */
public final class WebSocketLink implements Link {
  private static final int FRAME_BYTES_MAX = 4 << 20;
  private static final int TOKEN_REFUSED = 4401;
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  private final Receiver receiver;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final Tokens tokens;
  private final Executor network;
  // A socket takes one send at a time: each waits for the one before. Guarded by this.
  private CompletableFuture<?> lastSend = CompletableFuture.completedFuture(null);
  private volatile @Nullable WebSocket socket;

  private volatile String token = "";

  private WebSocketLink(Tokens tokens, Executor network, Receiver receiver) {
    this.tokens = tokens;
    this.network = network;
    this.receiver = receiver;
  }

  /** What a socket is opened with, over and over. */
  public record Opener(HttpClient http, URI address, @Nullable String device) {}

  /** Connects and says hello; the receiver hears how it went. */
  public static Link open(Opener with, Tokens tokens, Executor network, Receiver receiver) {
    WebSocketLink link = new WebSocketLink(tokens, network, receiver);
    network.execute(() -> link.connect(with));
    return link;
  }

  private void connect(Opener with) {
    try {
      token = tokens.current();
    } catch (RuntimeException e) {
      end(End.unreached("no token: " + e));
      return;
    }
    var _ =
        with.http()
            .newWebSocketBuilder()
            .subprotocols("tailrace.v1.json")
            .connectTimeout(CONNECT_LIMIT)
            .buildAsync(with.address(), new Frames())
            .whenComplete((opened, failure) -> {
              if (failure != null) {
                end(endOf(failure));
              } else if (ended.get()) {
                opened.abort();
              } else {
                socket = opened;
                if (ended.get()) {
                  opened.abort();
                }
                send(ClientMessages.hello(0, token, with.device()));
                receiver.opened();
              }
            });
  }

  @Override
  public void subscribe(long ref, List<Want> wants) {
    send(ClientMessages.subscribe(ref, wants));
  }

  @Override
  public void unsubscribe(long ref, String channel) {
    send(ClientMessages.unsubscribe(ref, channel));
  }

  @Override
  public void renew(long ref) {
    network.execute(() -> {
      try {
        String fresh = tokens.fresh();
        token = fresh;
        send(ClientMessages.auth(ref, fresh));
      } catch (RuntimeException e) {
        end(End.broken("no fresh token: " + e));
      }
    });
  }

  @Override
  public void ping(long ref) {
    send(ClientMessages.ping(ref));
  }

  @Override
  public void signal(String channel, String type, String data) {
    send(ClientMessages.signal(channel, type, data));
  }

  @Override
  public void receipt(String channel, long seq) {
    send(ClientMessages.receipt(channel, seq));
  }

  @Override
  public void close() {
    end(End.broken("closed here"));
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
      if (why.code() == TOKEN_REFUSED) {
        tokens.refuse(token);
      }
      receiver.closed(why);
    }
  }

  private static End endOf(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof WebSocketHandshakeException refused) {
      int status = refused.getResponse().statusCode();
      return End.told(
          status,
          "the handshake was answered with " + status,
          RetryAfter.millis(refused.getResponse().headers()));
    }
    return Failures.end(cause, String.valueOf(cause));
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
        end(End.broken("a frame over " + FRAME_BYTES_MAX + " bytes"));
        return null;
      }
      if (isLast) {
        byte[] frame = text.toString().getBytes(StandardCharsets.UTF_8);
        text.setLength(0);
        hand(frame);
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
        hand(frame);
      }
      from.request(1);
      return null;
    }

    private void hand(byte[] frame) {
      try {
        receiver.received(ServerMessages.parse(frame));
      } catch (UnreadableException e) {
        end(End.broken("an unreadable frame: " + e.getMessage())); // nothing on it is to be trusted
      }
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      end(End.told(code, reason, 0));
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
      end(endOf(failure));
    }
  }
}
