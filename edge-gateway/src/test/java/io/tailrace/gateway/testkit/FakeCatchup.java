package io.tailrace.gateway.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The port to the stores, answered from what a test says that they have; who is added to a channel
 * reads it from there on.
 */
public final class FakeCatchup implements AutoCloseable {
  /** What both sides must have in common. */
  public static final String SERVICE_KEY = "a key that services show each other";

  private final HttpServer server;
  private final Map<String, List<Event>> byChannel = new ConcurrentHashMap<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger questions = new AtomicInteger();
  private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
  private volatile boolean ready = true;
  private volatile int epoch = 1;
  private volatile long position = Long.MAX_VALUE;

  /** Starts on a free port. */
  public FakeCatchup() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(JoinWire.PATH, this::join);
    server.start();
  }

  /** Its base address. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** How often it was asked. */
  public int requests() {
    return requests.get();
  }

  /** How many questions it was asked. */
  public int questions() {
    return questions.get();
  }

  /** A request that asks for this channel is not answered before {@link #release}. */
  public void hold(String channel) {
    held.put(channel, new CountDownLatch(1));
  }

  /** Undoes a {@link #hold}. */
  public void release(String channel) {
    CountDownLatch latch = held.remove(channel);
    if (latch != null) {
      latch.countDown();
    }
  }

  /** Whether its stores have read far enough. */
  public void ready(boolean now) {
    ready = now;
  }

  /** The epoch that its stores are at. */
  public void epoch(int now) {
    epoch = now;
  }

  /** Up to which offset its stores have read, as they say; at first, all there is. */
  public void position(long now) {
    position = now;
  }

  /** The stores have one more event. */
  public void store(Event event) {
    byChannel.computeIfAbsent(event.channel().full(), _ -> new CopyOnWriteArrayList<>()).add(event);
  }

  /** The stores have nothing of a channel any more. */
  public void forget(Channel channel) {
    byChannel.remove(channel.full());
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void join(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    List<JoinWire.Answer> answers = new ArrayList<>();
    for (JoinWire.Ask ask : JoinWire.decodeAsks(exchange.getRequestBody().readAllBytes())) {
      questions.incrementAndGet();
      await(held.get(ask.channel()));
      answers.add(answer(ask));
    }
    byte[] body = JoinWire.encodeAnswers(answers);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static void await(@Nullable CountDownLatch latch) throws IOException {
    try {
      if (latch != null) {
        latch.await();
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private JoinWire.Answer answer(JoinWire.Ask ask) {
    if (!ready) {
      return new JoinWire.Answer.Refused(
          ask.number(), ProblemCode.NOT_READY, "the stores are not there yet");
    }
    // As it is now: a test may store the next one meanwhile.
    List<Event> events =
        List.copyOf(byChannel.getOrDefault(ask.who().tenant() + '/' + ask.channel(), List.of()));
    if (events.size() < ask.minSeq() && epoch == ask.epoch()) {
      return new JoinWire.Answer.Refused(
          ask.number(), ProblemCode.NOT_READY, "the stores do not have that change of members yet");
    }
    String user = ask.who().user();
    boolean open = true;
    String role = null;
    long visibleFrom = 1;
    for (Event event : events) {
      MemberChange change = MemberChange.of(event.envelope(), event.data());
      if (change != null && change.user().equals(user)) {
        boolean set = change.role() != null;
        visibleFrom = set && role == null && !open ? event.seq() : visibleFrom;
        role = change.role();
      }
      open &= change == null;
    }
    if (!open && role == null) {
      return new JoinWire.Answer.Refused(
          ask.number(), Problem.UNREADABLE.code(), Problem.UNREADABLE.detail());
    }
    Long after = ask.after();
    return new JoinWire.Answer.View(
        ask.number(),
        epoch,
        events.size(),
        position,
        visibleFrom,
        role != null ? JoinWire.Entry.MEMBER : JoinWire.Entry.OPEN,
        role,
        after == null || after < 1 || after > events.size()
            ? null
            : (Long) events.get((int) (after - 1)).chain());
  }
}
