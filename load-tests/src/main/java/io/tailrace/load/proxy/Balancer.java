package io.tailrace.load.proxy;

import io.tailrace.load.target.Target;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Looks at {@code /health/ready} of gateways and catch-up services, as a load balancer does, and
 * sends new connections to those that are ready. One virtual thread asks; everybody may be sent.
 */
public final class Balancer implements AutoCloseable {
  private static final long EVERY_MS = 250;
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final Target target;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
  private final Set<URI> away = ConcurrentHashMap.newKeySet();
  private final Thread thread = Thread.ofVirtual().name("balancer").unstarted(this::run);

  private Balancer(Target target) {
    this.target = target;
  }

  /** Begins to look; until the first answer all count as ready. */
  public static Balancer start(Target target) {
    var balancer = new Balancer(target);
    balancer.thread.start();
    return balancer;
  }

  /**
   * The system through one gateway and one catch-up service at a time: the n-th in turn, or the
   * next one that is ready.
   */
  public Supplier<Target> turn(int n) {
    return () -> {
      int gateway = ready(target.gateways(), n);
      int history = ready(target.histories(), n);
      return target.through(target.gateways().get(gateway), target.histories().get(history));
    };
  }

  private int ready(List<URI> all, int n) {
    return IntStream.range(n, n + all.size())
        .map(turn -> turn % all.size())
        .filter(turn -> !away.contains(all.get(turn)))
        .findFirst()
        .orElse(n % all.size());
  }

  private void run() {
    try {
      while (true) {
        for (var one : target.gateways()) {
          look(one);
        }
        for (var one : target.histories()) {
          look(one);
        }
        TimeUnit.MILLISECONDS.sleep(EVERY_MS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(URI one) throws InterruptedException {
    var request = HttpRequest.newBuilder(one.resolve("/health/ready")).timeout(TIMEOUT).build();
    boolean isReady;
    try {
      isReady = client.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException _) {
      isReady = false;
    }
    if (isReady) {
      away.remove(one);
    } else {
      away.add(one);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    client.shutdownNow();
  }
}
