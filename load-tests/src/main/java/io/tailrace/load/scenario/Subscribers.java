package io.tailrace.load.scenario;

import io.tailrace.client.Transport;
import io.tailrace.load.driver.ClientFollower;
import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.driver.Follower;
import io.tailrace.load.driver.JsClient;
import io.tailrace.load.driver.LongPollFollower;
import io.tailrace.load.driver.Numbered;
import io.tailrace.load.driver.ProcessFollower;
import io.tailrace.load.driver.Seat;
import io.tailrace.load.driver.SocketFollower;
import io.tailrace.load.driver.SseFollower;
import io.tailrace.load.proxy.FaultCounts;
import io.tailrace.load.proxy.FaultProxy;
import io.tailrace.load.target.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The subscribers of a run, each behind a network of its own: both clients of the product, and
 * followers of each transport that know the protocol alone. One thread at a time.
 */
final class Subscribers implements AutoCloseable {
  private static final int STILL_MS_MAX = 1_500;

  private final List<String> channels;
  private final Numbered numbered;
  private final Network network;
  private final @Nullable JsClient js;
  private final Random random;
  private final List<Follower> followers = new ArrayList<>();
  private final List<Seat> seats = new ArrayList<>();
  private final List<FaultProxy> proxies = new ArrayList<>();
  private final FaultCounts faults = new FaultCounts();
  private int javaTurn;

  /**
   * @param js the JavaScript client, or null where it cannot run; the Java client takes its places
   */
  Subscribers(
      List<String> channels,
      Numbered numbered,
      Network network,
      @Nullable JsClient js,
      Random random) {
    this.channels = channels;
    this.numbered = numbered;
    this.network = network;
    this.js = js;
    this.random = random;
    this.javaTurn = random.nextInt(Transport.values().length);
  }

  int count() {
    return followers.size();
  }

  List<Follower> all() {
    return List.copyOf(followers);
  }

  /** One more; the first nine are of nine kinds. */
  void start() throws IOException {
    var through = anotherNetwork();
    int n = followers.size();
    followers.add(
        switch (n % 9) {
          case 0 -> socket(seat("ws", n), true, through);
          case 1 -> java(seat("java", n), through);
          case 2 -> js(seat("js", n), List.of("ws"), through);
          case 3 -> sse(seat("sse", n), through);
          case 4 -> longPoll(seat("poll", n), through);
          case 5 -> socket(tab(n, 5, "ws"), false, through);
          case 6 -> java(seat("java", n), through);
          case 7 -> js(tab(n, 5, "js"), jsTransports(), through);
          default -> java(tab(n, 7, "java"), through);
        });
  }

  /** The system as seen through one more network. */
  Target anotherNetwork() throws IOException {
    var way = network.ways().apply(proxies.size());
    var proxy = FaultProxy.start(way, network.plans().apply(child()), faults);
    proxies.add(proxy);
    return proxy.target();
  }

  private Seat seat(String kind, int n) {
    var some = channels.stream().filter(_ -> random.nextInt(3) > 0).toList();
    var seat = Seat.alone("subscriber %s-%d".formatted(kind, n), some.isEmpty() ? channels : some);
    seats.add(seat);
    return seat;
  }

  /** A second tab of the one who came that many places before. */
  private Seat tab(int n, int before, String kind) {
    var seat = seats.get(n - before).tab("subscriber %s-%d (a second tab)".formatted(kind, n));
    seats.add(seat);
    return seat;
  }

  private Follower socket(Seat seat, boolean fromStart, Target through) {
    return new SocketFollower(seat, fromStart, numbered.crew(), through, child());
  }

  private Follower sse(Seat seat, Target through) {
    return new SseFollower(seat, numbered.crew(), through, child());
  }

  private Follower longPoll(Seat seat, Target through) {
    return new LongPollFollower(seat, numbered.crew(), through, child());
  }

  private Follower java(Seat seat, Target through) {
    return new ClientFollower(seat, javaTransport(), numbered, through, child());
  }

  /** Tabs of one user share what they keep. */
  private Follower js(Seat seat, List<String> transports, Target through) throws IOException {
    return js == null
        ? java(seat, through)
        : new ProcessFollower(seat, js.command(transports, seat.device()), numbered, through);
  }

  /** One after the other, beginning anywhere. */
  private Transport javaTransport() {
    var all = Transport.values();
    return isOneAddress() ? all[javaTurn++ % all.length] : Transport.WEBSOCKET;
  }

  private List<String> jsTransports() {
    if (!isOneAddress()) {
      return List.of("ws", "poll");
    }
    return switch (random.nextInt(3)) {
      case 0 -> List.of("sse");
      case 1 -> List.of("poll");
      default -> List.of("ws", "sse", "poll");
    };
  }

  /**
   * The proxy chooses the service by a connection's first request, and a client may use a
   * connection again, for event streams too: where services have several addresses these do not
   * find the gateway, while a WebSocket always has a connection of its own.
   */
  private boolean isOneAddress() {
    var target = numbered.crew().target();
    return target.gateway().equals(target.history());
  }

  /** Cuts the connections of one of them, or lets nothing pass for a moment. */
  void disturb() {
    var victim = proxies.get(random.nextInt(proxies.size()));
    if (random.nextInt(4) == 0) {
      victim.still(random.nextInt(STILL_MS_MAX));
    } else if (victim.cut()) {
      numbered.crew().counters().count(Name.CUTS);
    }
  }

  /** From now on nothing is done to their connections. */
  void calm() {
    proxies.forEach(FaultProxy::calm);
  }

  /** What befell their connections. */
  Map<String, Long> counts() {
    return faults.all();
  }

  /** A source of its own, from the run's seed. */
  Random child() {
    return new Random(random.nextLong());
  }

  @Override
  public void close() {
    followers.forEach(Follower::close);
    proxies.forEach(FaultProxy::close);
  }
}
