package io.tailrace.catchup;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.schemas.name.Channel;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Asks every service for every channel as one user, over and over, and keeps what must not be once
 * the user has been removed: an event at or above the removal, or any answer after a refusal.
 */
final class RemovalPoller implements AutoCloseable {
  private final Asker asker = new Asker();
  private final String user;
  private final List<Channel> channels;
  private final List<Integer> ports = new CopyOnWriteArrayList<>();
  private final Map<Channel, Long> highest = new ConcurrentHashMap<>();
  private final Set<Channel> refused = ConcurrentHashMap.newKeySet();
  private final Queue<String> faults = new ConcurrentLinkedQueue<>();
  private final Thread thread = new Thread(this::run, "removal-poller");
  private volatile boolean stopped;

  RemovalPoller(String user, List<Channel> channels, int port) {
    this.user = user;
    this.channels = channels;
    ports.add(port);
    thread.start();
  }

  void alsoAsk(int port) {
    ports.add(port);
  }

  /** The highest seq that the user has been shown. */
  long highest(Channel channel) {
    return highest.getOrDefault(channel, 0L);
  }

  boolean isRefused(Channel channel) {
    return refused.contains(channel);
  }

  List<String> faults() {
    return List.copyOf(faults);
  }

  private void run() {
    while (!stopped) {
      for (int port : ports) {
        for (Channel channel : channels) {
          try {
            long after = Math.max(1, highest(channel));
            look(channel, asker.getAs(user, port, channel, "/events?limit=1000&after=" + after));
            look(channel, asker.getAs(user, port, channel, "/snapshot"));
          } catch (IOException e) {
            // It is gone, or not there yet.
          }
        }
      }
    }
  }

  private void look(Channel channel, HttpResponse<byte[]> answer) throws IOException {
    switch (answer.statusCode()) {
      case 200 -> {
        if (refused.contains(channel)) {
          faults.add(channel + " answered after it had been refused");
        }
        JsonNode body = RunningCatchup.JSON.readTree(answer.body());
        body.path("events").forEach(event -> seen(channel, event));
        body.path("entities").forEach(event -> seen(channel, event));
      }
      case 403 -> refused.add(channel);
      case 503 -> {
        // On its way.
      }
      default -> faults.add(channel + " " + answer.statusCode());
    }
  }

  private void seen(Channel channel, JsonNode event) {
    highest.merge(channel, event.path("seq").asLong(), Math::max);
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
