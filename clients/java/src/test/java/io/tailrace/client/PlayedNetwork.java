package io.tailrace.client;

import io.tailrace.client.channel.ChannelAction;
import io.tailrace.client.connection.Moment;
import io.tailrace.client.lane.Signals;
import io.tailrace.client.link.Link;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** A network in virtual time. */
final class PlayedNetwork implements LiveConnection.Edges, Follower.Surroundings {
  private record Timer(long dueMs, Runnable task) {}

  record Reading(Beside.Retry retry, Consumer<Beside.Answer> then) {}

  final List<Reading> readings = new ArrayList<>();
  final List<Transport> ways = new ArrayList<>();
  private @Nullable LiveConnection speakers;
  final List<PlayedLink> links = new ArrayList<>();
  private final ArrayDeque<Runnable> soon = new ArrayDeque<>();
  private final List<Timer> timers = new ArrayList<>();
  private long nowMs = 1_000;

  void answer(int reading, Beside.Answer answer) {
    readings.get(reading).then().accept(answer);
  }

  void settle(LiveConnection connection) {
    speakers = connection;
    do {
      for (Runnable task; (task = soon.poll()) != null; ) {
        task.run();
      }
      connection.look();
    } while (!soon.isEmpty());
  }

  void pass(LiveConnection connection, long ms) {
    for (long left = ms; left > 0; left -= 500) {
      nowMs += 500;
      List<Timer> due = timers.stream().filter(timer -> timer.dueMs <= nowMs).toList();
      timers.removeAll(due);
      due.forEach(timer -> timer.task.run());
      settle(connection);
    }
  }

  @Override
  public Link open(Transport way, Link.Receiver receiver) {
    PlayedLink link = new PlayedLink(receiver);
    links.add(link);
    ways.add(way);
    return link;
  }

  @Override
  public long runMs() {
    return nowMs;
  }

  @Override
  public Moment now() {
    return new Moment(nowMs, nowMs, 0.5);
  }

  @Override
  public void used() {}

  @Override
  public void soon(Runnable task) {
    soon.add(task);
  }

  @Override
  public void later(long ms, Runnable task) {
    timers.add(new Timer(nowMs + ms, task));
  }

  @Override
  public void request(Follower follower, ChannelAction.Request request) {
    follower.askNow();
  }

  @Override
  public void unsubscribe(long link, String channel) {}

  @Override
  public @Nullable String speaker(long link) {
    return Objects.requireNonNull(speakers).speaker(link);
  }

  @Override
  public void signal(long link, String channel, Signals.Said said) {
    Objects.requireNonNull(speakers).signal(link, channel, said);
  }

  @Override
  public void receipt(long link, String channel, long seq) {
    Objects.requireNonNull(speakers).receipt(link, channel, seq);
  }

  @Override
  public void readReceipts(String channel, Beside.Retry retry, Consumer<Beside.Answer> then) {
    readings.add(new Reading(retry, then));
  }

  @Override
  public void readPace(String channel, DoubleConsumer then) {
    then.accept(20);
  }

  @Override
  public void delivering(ChannelEvent event) {}

  @Override
  public void changed(Follower follower) {}
}
