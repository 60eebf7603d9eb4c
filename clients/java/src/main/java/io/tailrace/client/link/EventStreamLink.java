package io.tailrace.client.link;

import io.tailrace.client.Place;
import io.tailrace.client.RefusedException;
import io.tailrace.client.UnreachableException;
import io.tailrace.client.connection.End;
import io.tailrace.client.wire.ClientMessages.Want;
import io.tailrace.client.wire.HistoryAnswers;
import io.tailrace.client.wire.ServerMessage;
import io.tailrace.client.wire.ServerMessages;
import io.tailrace.client.wire.UnreadableException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events, where proxies let no WebSocket through. A stream's channels are fixed when it
 * opens, so a further subscribe ends the link, and the next one opens with all channels: as many
 * streams as they need. Where one of them ends, all do.
 */
public final class EventStreamLink implements Link {
  /** So many channels a gateway takes in one stream. */
  private static final int CHANNELS_PER_STREAM = 100;

  private final HttpCalls calls;
  private final Executor network;
  private final Receiver receiver;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicBoolean asked = new AtomicBoolean();
  // Answers on a stream belong to the request that opened it, which has no number.
  private final AtomicLong ref = new AtomicLong();
  // As many as there are streams.
  private final Queue<InputStream> bodies = new ConcurrentLinkedQueue<>();

  private EventStreamLink(HttpCalls calls, Executor network, Receiver receiver) {
    this.calls = calls;
    this.network = network;
    this.receiver = receiver;
  }

  /** Ready at once: what connects is the first subscribe. */
  public static Link open(HttpCalls calls, Executor network, Receiver receiver) {
    EventStreamLink link = new EventStreamLink(calls, network, receiver);
    network.execute(receiver::opened);
    return link;
  }

  @Override
  public void subscribe(long number, List<Want> wants) {
    if (!asked.compareAndSet(false, true)) {
      network.execute(() -> end(End.reopened("other channels")));
      return;
    }
    ref.set(number);
    for (int from = 0; from < wants.size(); from += CHANNELS_PER_STREAM) {
      List<Want> some =
          List.copyOf(wants.subList(from, Math.min(wants.size(), from + CHANNELS_PER_STREAM)));
      network.execute(() -> run(some));
    }
  }

  @Override
  public void unsubscribe(long number, String channel) {
    // Its events are passed over until the stream ends for another reason.
  }

  @Override
  public void renew(long number) {
    network.execute(() -> end(End.reopened("another token")));
  }

  @Override
  public void ping(long number) {
    // The server's comments show that both are there.
  }

  @Override
  public void close() {
    end(End.broken("closed here"));
  }

  private void run(List<Want> wants) {
    try {
      HttpResponse<InputStream> response = calls.stream("/v1/sse" + query(wants));
      try (InputStream in = response.body()) {
        bodies.add(in);
        if (!ended.get()) {
          new EventStreamParser(in).forEach(this::received, receiver::heard);
        }
      }
      end(End.broken("the stream ended"));
    } catch (RefusedException e) {
      Long after = e.retryAfterMs();
      end(End.told(e.status(), String.valueOf(e.getMessage()), after == null ? 0 : after));
    } catch (UnreachableException e) {
      end(Failures.end(e.getCause(), String.valueOf(e.getMessage())));
    } catch (IOException | UnreadableException e) {
      end(End.broken(String.valueOf(e)));
    }
  }

  private void received(byte[] data) {
    ServerMessage message = ServerMessages.parse(data);
    receiver.received(
        switch (message) {
          case ServerMessage.Subscribed m -> m.answering(ref.get());
          case ServerMessage.Refused m -> m.ref() == null ? m : m.answering(ref.get());
          case ServerMessage.Welcome _,
              ServerMessage.Authed _,
              ServerMessage.Event _,
              ServerMessage.Behind _,
              ServerMessage.Reset _,
              ServerMessage.Revoked _,
              ServerMessage.SignalShown _,
              ServerMessage.ReceiptShown _,
              ServerMessage.Shedding _,
              ServerMessage.Drain _,
              ServerMessage.Other _ ->
              message;
        });
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
      for (@Nullable InputStream body; (body = bodies.poll()) != null; ) {
        try {
          body.close();
        } catch (IOException _) {
          // gone already
        }
      }
      receiver.closed(why);
    }
  }
}
