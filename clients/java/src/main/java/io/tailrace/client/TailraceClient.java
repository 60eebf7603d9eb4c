package io.tailrace.client;

import io.tailrace.client.channel.ChannelAction;
import io.tailrace.client.channel.ChannelInput;
import io.tailrace.client.connection.Backoff;
import io.tailrace.client.connection.ConnectionCore;
import io.tailrace.client.connection.Moment;
import io.tailrace.client.lane.Signals;
import io.tailrace.client.link.HttpCalls;
import io.tailrace.client.link.Link;
import io.tailrace.client.link.Tokens;
import io.tailrace.client.link.WebSocketLink;
import io.tailrace.client.send.SendAction;
import io.tailrace.client.wire.ClientMessages;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
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
  private final RandomGenerator random = RandomGenerator.getDefault();
  private final InstantSource clock = InstantSource.system();
  private final Backoff backoff;
  private final ClientLimits limits;
  private final ConnectionListener listener;
  private final NetworkEdges edges;
  private final HistoryReader history;
  private final Publisher publisher;
  private final Followers followers = new Followers();
  private final Inside inside = new Inside();
  private final ClientLoop loop;
  private final LiveConnection connection;
  private final Outbox outbox;
  private final @Nullable ChannelCache cache;
  private final @Nullable CacheKeeper keeper;
  private boolean started;
  private boolean connecting;

  private TailraceClient(ClientBuilder from) {
    this.network = Executors.newVirtualThreadPerTaskExecutor();
    this.http =
        HttpClient.newBuilder()
            .executor(network)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    this.backoff = from.backoff();
    this.limits = from.limits();
    this.listener = from.listener();
    Tokens tokens = new Tokens(from.tokens());
    HttpCalls calls = new HttpCalls(http, from.base(), tokens);
    this.history = new HistoryReader(calls);
    this.publisher = new Publisher(calls, backoff, from.publishTries(), random);
    URI socket = URI.create(from.base().toString().replaceFirst("^http", "ws") + "/v1/ws");
    var opener = new WebSocketLink.Opener(http, socket, from.device());
    this.edges = new NetworkEdges(network, opener, tokens, calls, publisher, limits);
    this.loop = new ClientLoop(inside, limits.inboxFrames(), listener::onFault, System::nanoTime);
    this.connection =
        new LiveConnection(
            new ConnectionCore(backoff, from.transport() == Transport.AUTOMATIC),
            from.transport(),
            inside,
            followers,
            new LiveConnection.Told(listener, limits.wantsPerFrame()));
    this.outbox = new Outbox(inside, backoff, limits.pendingSends());
    this.cache = from.cache();
    this.keeper = cache == null ? null : new CacheKeeper(cache, network, inside);
  }

  static TailraceClient of(ClientBuilder from) {
    return new TailraceClient(from);
  }

  /** For the address that {@code /v1} follows, such as {@code http://localhost:8080}. */
  public static ClientBuilder builder(String url) {
    return new ClientBuilder(url);
  }

  /** Follows a channel from its head on, or from what the cache holds of it. */
  public void subscribe(String channel, ChannelListener to) {
    follow(channel, null, true, to);
  }

  /** Follows a channel from behind a seq, 0: everything; or from what the cache holds of it. */
  public void subscribe(String channel, long after, ChannelListener to) {
    follow(channel, after == 0 ? Place.START : Place.after(after), true, to);
  }

  /**
   * Follows a channel from a place that the application kept, which the server compares with what
   * it holds. The cache is not asked.
   */
  public void subscribe(String channel, Place from, ChannelListener to) {
    follow(channel, from, false, to);
  }

  /**
   * Stops following; nothing is delivered once the call of a listener that is under way has
   * returned.
   */
  public void unsubscribe(String channel) {
    loop.post(() -> unfollow(channel));
  }

  /** Asks again for a channel that has ended, from where it stood: a member may be one again. */
  public void again(String channel) {
    loop.post(() -> followers.give(channel, new ChannelInput.Again()));
  }

  /**
   * Writes an event, to be shown at once: repeated with the same key until it is known to be
   * committed or refused, across any disconnect, in order per channel. Waits while the client's
   * thread is busy with listeners; a write that is one too many has failed when this returns.
   */
  public Sending send(String channel, Draft draft) {
    start();
    return outbox.send(channel, draft);
  }

  /** What {@link #send} was given of a channel and is neither committed nor refused yet. */
  public List<Sending> pending(String channel) {
    return outbox.pending(channel);
  }

  /**
   * Says something to the others in a followed channel, such as typing or a cursor: shown for a
   * moment, kept nowhere, and lost where nothing can be said: the channel is not live, or the
   * transport has no way back. No faster than the contract allows: of what is too fast, the latest
   * of each type goes out when its turn comes.
   *
   * @param type letters, digits, {@code .}, {@code _} and {@code -}
   * @param data JSON text
   * @throws IllegalArgumentException where {@code data} is no JSON
   */
  public void signal(String channel, String type, String data) {
    ClientMessages.checkJson(data);
    loop.post(() -> followers.with(channel, follower -> follower.beside().signal(type, data)));
  }

  /**
   * This user has read a followed channel up to a seq, at most to the last event that was
   * delivered. May be called for every event that is seen: the furthest goes out twice a second,
   * over WebSocket only, and again, also after a reconnect, until it is kept; {@link
   * ChannelListener#onReceipts} tells. It never goes back. What is not kept when the client is
   * closed is lost.
   */
  public void read(String channel, long seq) {
    loop.post(() -> followers.with(channel, follower -> follower.read(seq)));
  }

  /**
   * What the gateway leaves out of this connection now, since it does not keep up; null for
   * nothing. {@link ConnectionListener#onShed} tells when it changes.
   */
  public @Nullable Shed shed() {
    return connection.shed();
  }

  /** Drops the connection, as a bad network would; for tests and demonstrations of recovery. */
  public void cutConnection() {
    loop.post(() -> connection.cut("cut on request"));
  }

  /** Reads history. */
  public HistoryReader history() {
    return history;
  }

  /** Writes events and waits for the answer. */
  public Publisher publisher() {
    return publisher;
  }

  @Override
  public void close() {
    loop.close();
    outbox.close();
    http.shutdownNow();
    network.shutdownNow();
  }

  private synchronized void start() {
    if (!started) {
      started = true;
      loop.start();
    }
  }

  private void follow(String channel, @Nullable Place from, boolean kept, ChannelListener to) {
    Cached cached = kept && cache != null ? cache.read(channel) : null;
    start();
    loop.post(() -> {
      unfollow(channel);
      int events = cache == null ? 0 : limits.cacheEvents();
      var begin = new Follower.Begin(from, cached, limits.bufferEvents(), events);
      Follower follower = new Follower(channel, begin, to, inside);
      followers.add(follower);
      follower.greet(cached);
      if (!connecting) {
        connecting = true;
        connection.start();
      }
    });
  }

  private void unfollow(String channel) {
    Follower gone = followers.remove(channel);
    if (gone != null) {
      gone.take(new ChannelInput.Left());
    }
  }

  /** What the parts of the client are to each other. Called on the loop thread where not said. */
  private final class Inside
      implements ClientLoop.Duty,
          LiveConnection.Edges,
          Follower.Surroundings,
          Outbox.Edges,
          CacheKeeper.Edges {
    @Override
    public void begin() {
      // The connection begins with the first channel.
    }

    @Override
    public long look() {
      return connection.look();
    }

    @Override
    public void end() {
      connection.stop();
      outbox.close();
      if (keeper != null) {
        keeper.writeLast();
      }
    }

    @Override
    public Link open(Transport way, Link.Receiver receiver) {
      return edges.open(way, receiver);
    }

    @Override
    public long runMs() {
      return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    @Override
    public Moment now() {
      return new Moment(runMs(), wallMs(), random.nextDouble());
    }

    @Override
    public void used() {
      outbox.online();
    }

    @Override
    public void post(Runnable task) {
      loop.post(task);
    }

    @Override
    public void soon(Runnable task) {
      loop.soon(task);
    }

    @Override
    public void later(long ms, Runnable task) {
      loop.later(ms, task);
    }

    @Override
    public double random() {
      return random.nextDouble();
    }

    @Override
    public long wallMs() {
      return clock.millis();
    }

    @Override
    public void request(Follower follower, ChannelAction.Request request) {
      follower.askLater();
      Runnable then =
          switch (request) {
            case ChannelAction.AskAgain _ -> follower::askNow;
            case ChannelAction.ReadPage _,
                ChannelAction.ReadSnapshot _,
                ChannelAction.ReadContract _ ->
                () ->
                    edges.read(
                        follower.channel(),
                        request,
                        answer -> loop.post(() -> follower.take(answer)));
          };
      afterPause(request.attempt(), request.waitMsMin(), then);
    }

    private void afterPause(int attempt, long waitMsMin, Runnable then) {
      // What the server asks for is the least; some more spreads those who were told the same.
      long pauseMs = waitMsMin + backoff.pauseMs(attempt, random.nextDouble());
      if (pauseMs <= 0) {
        then.run();
      } else {
        loop.later(pauseMs, then);
      }
    }

    @Override
    public void unsubscribe(long link, String channel) {
      connection.unsubscribe(link, channel);
    }

    @Override
    public @Nullable String speaker(long link) {
      return connection.speaker(link);
    }

    @Override
    public void signal(long link, String channel, Signals.Said said) {
      connection.signal(link, channel, said);
    }

    @Override
    public void receipt(long link, String channel, long seq) {
      connection.receipt(link, channel, seq);
    }

    @Override
    public void readReceipts(String channel, Beside.Retry retry, Consumer<Beside.Answer> then) {
      afterPause(
          retry.attempt(),
          retry.waitMsMin(),
          () -> edges.receipts(channel, answer -> loop.post(() -> then.accept(answer))));
    }

    @Override
    public void readPace(String channel, DoubleConsumer then) {
      edges.signalsPerSecond(channel, rate -> loop.post(() -> then.accept(rate)));
    }

    @Override
    public void delivering(ChannelEvent event) {
      outbox.seen(event);
    }

    @Override
    public void changed(Follower follower) {
      if (keeper != null) {
        keeper.changed(follower);
      }
    }

    @Override
    public void failed(String channel, UncheckedIOException failure) {
      listener.onCacheFailed(channel, failure);
    }

    @Override
    public void post(String channel, SendAction.Post post) {
      edges.post(channel, post, answer -> loop.post(() -> outbox.take(channel, answer)));
    }
  }
}
