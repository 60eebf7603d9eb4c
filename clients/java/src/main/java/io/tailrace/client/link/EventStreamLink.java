package io.tailrace.client.link;

import io.tailrace.client.Place;
import io.tailrace.client.RefusedException;
import io.tailrace.client.UnreachableException;
import io.tailrace.client.wire.ClientMessages.Want;
import io.tailrace.client.wire.HistoryAnswers;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events, where proxies let no WebSocket through. A stream's channels are fixed when it
 * opens, so each further subscribe ends the link; the next one opens with all channels. At most 100
 * of them.
 */
public final class EventStreamLink implements Link {
  /** Answers on a stream belong to the request that opened it, which has no number. */
  private static final long REF = 0;

  private final HttpCalls calls;
  private final Executor network;
  private final Receiver receiver;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicBoolean opened = new AtomicBoolean();
  private volatile @Nullable InputStream body;

  private EventStreamLink(HttpCalls calls, Executor network, Receiver receiver) {
    this.calls = calls;
    this.network = network;
    this.receiver = receiver;
  }

  /** Ready at once: what connects is the first subscribe. */
  public static Link open(HttpCalls calls, Executor network, Receiver receiver) {
    EventStreamLink link = new EventStreamLink(calls, network, receiver);
    network.execute(() -> receiver.opened(link));
    return link;
  }

  @Override
  public boolean welcomes() {
    return false;
  }

  @Override
  public long subscribe(List<Want> wants) {
    if (opened.compareAndSet(false, true)) {
      network.execute(() -> run(wants));
    } else {
      end(new End(0, "other channels", 0));
    }
    return REF;
  }

  @Override
  public void unsubscribe(String channel) {
    // Its events are passed over until the stream ends for another reason.
  }

  @Override
  public void authenticate(String token) {
    end(new End(0, "another token", 0));
  }

  @Override
  public void ping() {
    // The server's comments show that both are there.
  }

  @Override
  public void close() {
    end(new End(0, "closed here", 0));
  }

  private void run(List<Want> wants) {
    try {
      HttpResponse<InputStream> response = calls.stream("/v1/sse" + query(wants));
      body = response.body();
      try (InputStream in = response.body()) {
        new EventStreamParser(in).forEach(this::received, () -> receiver.heard(this));
      }
      end(new End(0, "the stream ended", 0));
    } catch (RefusedException e) {
      Long after = e.retryAfterMs();
      end(new End(e.status(), String.valueOf(e.getMessage()), after == null ? 0 : after));
    } catch (IOException | UnreachableException e) {
      end(new End(0, String.valueOf(e), 0));
    }
  }

  private void received(byte[] data) {
    receiver.received(this, data);
  }

  private String query(List<Want> wants) {
    StringBuilder query = new StringBuilder();
    StringBuilder cursor = new StringBuilder();
    for (Want want : wants) {
      query.append(query.isEmpty() ? "?channel=" : "&channel=").append(encoded(want.channel()));
      Place place = want.place();
      if (place != null) {
        cursor.append(cursor.isEmpty() ? "" : ",").append(want.channel()).append('=');
        cursor.append(epochOf(want.channel(), place)).append('.').append(place.seq());
      }
    }
    return cursor.isEmpty() ? query.toString() : query + "&cursor=" + encoded(cursor.toString());
  }

  /** A cursor names an epoch; whoever begins does not know one yet. */
  private int epochOf(String channel, Place place) {
    if (place.epoch() > 0) {
      return place.epoch();
    }
    return HistoryAnswers.channel(calls.get("/v1/channels/" + encoded(channel), 0)).epoch();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private void end(End why) {
    if (ended.compareAndSet(false, true)) {
      InputStream open = body;
      if (open != null) {
        try {
          open.close();
        } catch (IOException _) {
          // gone already
        }
      }
      receiver.closed(this, why);
    }
  }
}
