package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/**
 * Sockets that subscribe to many channels, each one after the other, all at the same time. One
 * thread at a time calls it.
 */
final class JoinRounds implements AutoCloseable {
  private final List<TimedSocket> sockets = new ArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** What rounds over the same channels came to. */
  static final class Total {
    private final Histogram latencies = Latencies.histogram();
    private long subscribes;
    private long nanos;

    Histogram latencies() {
      return latencies;
    }

    long subscribes() {
      return subscribes;
    }

    double perSecond() {
      return subscribes * 1e9 / nanos;
    }
  }

  /** Connects one socket with each token. */
  JoinRounds(URI url, List<String> tokens) throws IOException, InterruptedException {
    for (String token : tokens) {
      sockets.add(TimedSocket.open(url, token));
    }
  }

  /** Subscribes every socket to every channel, and leaves them again. */
  void run(List<String> channels, Total total) throws InterruptedException {
    List<Future<List<Long>>> all = new ArrayList<>();
    long began = System.nanoTime();
    for (TimedSocket socket : sockets) {
      all.add(threads.submit(() -> subscribe(socket, channels)));
    }
    for (Future<List<Long>> each : all) {
      for (long nanos : result(each)) {
        Latencies.record(total.latencies, nanos);
        total.subscribes++;
      }
    }
    total.nanos += System.nanoTime() - began;
    List<Future<?>> leaving = new ArrayList<>();
    for (TimedSocket socket : sockets) {
      leaving.add(threads.submit(() -> leave(socket, channels)));
    }
    for (Future<?> each : leaving) {
      result(each);
    }
  }

  private static List<Long> subscribe(TimedSocket socket, List<String> channels)
      throws IOException, InterruptedException {
    List<Long> nanos = new ArrayList<>(channels.size());
    for (String channel : channels) {
      long took = socket.subscribe(channel);
      if (took < 0) {
        throw new CommandException("a member was refused in " + channel);
      }
      nanos.add(took);
    }
    return nanos;
  }

  private static boolean leave(TimedSocket socket, List<String> channels)
      throws IOException, InterruptedException {
    for (String channel : channels) {
      socket.unsubscribe(channel);
    }
    return true;
  }

  /** Until every socket is let into the channel: what was changed has come to the stores. */
  void awaitLetIn(String channel) throws IOException, InterruptedException {
    for (TimedSocket socket : sockets) {
      socket.subscribeSoon(channel);
      socket.unsubscribe(channel);
    }
  }

  private static <T> T result(Future<T> each) throws InterruptedException {
    try {
      return each.get();
    } catch (ExecutionException e) {
      throw new CommandException("a subscriber failed: " + e.getCause(), e);
    }
  }

  @Override
  public void close() {
    sockets.forEach(TimedSocket::close);
    threads.shutdownNow();
  }
}
