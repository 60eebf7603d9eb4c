package io.tailrace.catchup;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.schemas.name.Channel;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Asks every service for every channel, over and over, and keeps what must not be: a head below one
 * that was told before, events missing from an answer that says 200, or a refusal other than 503
 * with a Retry-After. A service that does not answer at all has been killed and breaks nothing.
 */
final class HeadPoller implements AutoCloseable {
  private static final int FAULTS_MAX = 20;

  private final Asker asker = new Asker();
  private final List<Channel> channels;
  private final List<Integer> ports = new CopyOnWriteArrayList<>();
  private final Map<Channel, AtomicLong> heads = new ConcurrentHashMap<>();
  private final Queue<String> faults = new ConcurrentLinkedQueue<>();
  private final AtomicLong answers = new AtomicLong();
  private final AtomicLong notReady = new AtomicLong();
  private final Thread thread = new Thread(this::run, "head-poller");
  private volatile boolean stopped;

  /** Every channel has at least one event, which the poller has to be shown always. */
  HeadPoller(List<Channel> channels, int port) {
    this.channels = channels;
    ports.add(port);
    channels.forEach(channel -> heads.put(channel, new AtomicLong(1)));
    thread.start();
  }

  void alsoAsk(int port) {
    ports.add(port);
  }

  long answers() {
    return answers.get();
  }

  long notReady() {
    return notReady.get();
  }

  List<String> faults() {
    return List.copyOf(faults);
  }

  private void run() {
    while (!stopped && faults.size() < FAULTS_MAX) {
      for (int port : ports) {
        for (Channel channel : channels) {
          String fault = ask(port, channel);
          if (fault != null) {
            faults.add(port + " " + channel.name() + ": " + fault);
          }
        }
      }
    }
  }

  private @Nullable String ask(int port, Channel channel) {
    AtomicLong told = heads.getOrDefault(channel, new AtomicLong());
    long before = told.get();
    try {
      HttpResponse<byte[]> response = asker.get(port, channel, "/events?after=0&limit=1");
      if (response.statusCode() == 503) {
        notReady.incrementAndGet();
        return response.headers().firstValue("Retry-After").isPresent() ? null : "no Retry-After";
      }
      if (response.statusCode() != 200) {
        return "status " + response.statusCode();
      }
      JsonNode answer = RunningCatchup.JSON.readTree(response.body());
      answers.incrementAndGet();
      long head = answer.path("head").asLong();
      told.accumulateAndGet(head, Math::max);
      if (head < before) {
        return "head " + head + " after " + before;
      }
      return answer.path("events").size() == 1 ? null : "no events at head " + head;
    } catch (IOException e) {
      return null;
    }
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
