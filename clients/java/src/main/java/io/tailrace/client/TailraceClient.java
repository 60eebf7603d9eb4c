package io.tailrace.client;

import io.tailrace.client.channel.ChannelAction;
import io.tailrace.client.channel.ChannelInput;
import io.tailrace.client.link.EventStreamLink;
import io.tailrace.client.link.HttpCalls;
import io.tailrace.client.link.Link;
import io.tailrace.client.link.WebSocketLink;
import io.tailrace.client.wire.UnreadableException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A client of one Tailrace for one user. Subscriptions survive lost connections, restarts and
 * epochs by themselves: each event of a channel is delivered exactly once, in order. Safe for any
 * thread; listeners are called from one thread of the client's own. Connects lazily, at the first
 * subscribe.
 */
public final class TailraceClient implements AutoCloseable {
  private final HttpClient http;
  private final ExecutorService network;
  private final ClientLoop loop;
  private final HttpCalls calls;
  private final Semaphore historyRequests;
  private final int pageEvents;
  private final HistoryReader history;
  private final Publisher publisher;
  private boolean started;

  private TailraceClient(Builder from) {
    this.network = Executors.newVirtualThreadPerTaskExecutor();
    this.http =
        HttpClient.newBuilder()
            .executor(network)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    this.calls = new HttpCalls(http, from.base, from.token);
    this.history = new HistoryReader(calls);
    RandomGenerator random = RandomGenerator.getDefault();
    this.publisher = new Publisher(calls, from.backoff, from.publishTries, random);
    this.historyRequests = new Semaphore(from.limits.historyRequests());
    this.pageEvents = from.limits.pageEvents();
    this.loop =
        new ClientLoop(new NetworkEdges(from), from.limits, from.backoff, from.listener, random);
  }

  /** For the address that {@code /v1} follows, such as {@code http://localhost:8080}. */
  public static Builder builder(String url) {
    return new Builder(url);
  }

  /** Follows a channel from its head on. */
  public void subscribe(String channel, ChannelListener listener) {
    follow(channel, null, listener);
  }

  /** Follows a channel from behind a seq: 0 delivers everything. */
  public void subscribe(String channel, long after, ChannelListener listener) {
    follow(channel, after == 0 ? Place.START : Place.after(after), listener);
  }

  /** Follows a channel from a place that was kept, which the server compares with what it holds. */
  public void subscribe(String channel, Place from, ChannelListener listener) {
    follow(channel, from, listener);
  }

  /**
   * Stops following; nothing is delivered once the call of a listener that is under way has
   * returned.
   */
  public void unsubscribe(String channel) {
    loop.post(() -> loop.unfollow(channel));
  }

  /** Drops the connection, as a bad network would; for tests and demonstrations of recovery. */
  public void cutConnection() {
    loop.post(() -> loop.drop("cut on request"));
  }

  /** Reads history. */
  public HistoryReader history() {
    return history;
  }

  /** Writes events. */
  public Publisher publisher() {
    return publisher;
  }

  @Override
  public void close() {
    loop.close();
    http.shutdownNow();
    network.shutdownNow();
  }

  private synchronized void follow(String channel, @Nullable Place from, ChannelListener listener) {
    if (!started) {
      started = true;
      loop.start();
    }
    loop.post(() -> loop.follow(channel, from, listener));
  }

  /** The loop's way to the network. */
  private final class NetworkEdges implements ClientLoop.Edges {
    private final URI socketAddress;
    private final Supplier<String> token;
    private final @Nullable String device;
    private final Transport transport;

    NetworkEdges(Builder from) {
      this.socketAddress = URI.create(from.base.toString().replaceFirst("^http", "ws") + "/v1/ws");
      this.token = from.token;
      this.device = from.device;
      this.transport = from.transport;
    }

    @Override
    public Link open(Link.Receiver receiver) {
      return switch (transport) {
        case WEBSOCKET -> WebSocketLink.open(http, socketAddress, token.get(), device, receiver);
        case SSE -> EventStreamLink.open(calls, network, receiver);
      };
    }

    @Override
    public String token() {
      return token.get();
    }

    @Override
    public void read(Follower follower, ChannelAction.Request request) {
      network.execute(() -> {
        try {
          historyRequests.acquire();
        } catch (InterruptedException _) {
          return; // closed
        }
        try {
          ChannelInput answer = answer(follower.channel(), request);
          loop.post(() -> follower.take(answer));
        } finally {
          historyRequests.release();
        }
      });
    }

    private ChannelInput answer(String channel, ChannelAction.Request asked) {
      long request = 0;
      try {
        if (asked instanceof ChannelAction.ReadPage page) {
          request = page.request();
          Integer epoch = page.epoch() == 0 ? null : page.epoch();
          EventQuery query = new EventQuery(page.after(), pageEvents, epoch, page.minSeq(), 0);
          return new ChannelInput.PageRead(request, history.events(channel, query));
        }
        if (asked instanceof ChannelAction.ReadSnapshot snapshot) {
          request = snapshot.request();
          return new ChannelInput.SnapshotRead(request, history.snapshot(channel));
        }
        throw new IllegalArgumentException("asked over the link, not over HTTP");
      } catch (RefusedException e) {
        return new ChannelInput.HistoryRefused(
            request,
            e.status(),
            e.code(),
            String.valueOf(e.getMessage()),
            e.retryAfterMs(),
            e.epoch());
      } catch (UnreachableException | UnreadableException e) {
        return new ChannelInput.HistoryRefused(
            request, 0, "unreachable", String.valueOf(e.getMessage()), null, null);
      }
    }
  }

  /** What a client is made from. */
  public static final class Builder {
    private final URI base;
    private Supplier<String> token;
    private @Nullable String device;
    private ClientLimits limits = ClientLimits.STANDARD;
    private Backoff backoff = new Backoff(250, 10_000);
    private ConnectionListener listener = ConnectionListener.SILENT;
    private int publishTries = 6;
    private Transport transport = Transport.WEBSOCKET;

    private Builder(String url) {
      String trimmed = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
      URI uri = URI.create(trimmed);
      if (uri.getHost() == null
          || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        throw new IllegalArgumentException(
            "The address must begin with http:// or https:// and name a host: " + url);
      }
      this.base = uri;
      this.token =
          () -> {
            throw new IllegalStateException("a client needs a token");
          };
    }

    /** Asked before every connect and request, so it should keep its token while that is good. */
    public Builder token(Supplier<String> supplier) {
      this.token = supplier;
      return this;
    }

    /** The device's name, where the application tells devices apart. */
    public Builder device(String name) {
      this.device = name;
      return this;
    }

    /** How live events come; WebSocket where nothing is said. */
    public Builder transport(Transport way) {
      this.transport = way;
      return this;
    }

    /** The client's bounds. */
    public Builder limits(ClientLimits bounds) {
      this.limits = bounds;
      return this;
    }

    /** Pauses between tries: a random part of first·2^n, at most the cap. */
    public Builder backoff(long firstMs, long capMs) {
      this.backoff = new Backoff(firstMs, capMs);
      return this;
    }

    /** How often one write is sent before its failure is told. */
    public Builder publishTries(int tries) {
      if (tries < 1) {
        throw new IllegalArgumentException("a write is sent at least once");
      }
      this.publishTries = tries;
      return this;
    }

    /** Who is told of the connection. */
    public Builder connectionListener(ConnectionListener to) {
      this.listener = to;
      return this;
    }

    /** The client; it connects at the first subscribe. */
    public TailraceClient build() {
      return new TailraceClient(this);
    }
  }
}
