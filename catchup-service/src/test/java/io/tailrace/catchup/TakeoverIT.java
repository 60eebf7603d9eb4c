package io.tailrace.catchup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services come, are killed and leave, while others are asked for everything all the time. */
class TakeoverIT {
  private static final int PARTITIONS = RunningCatchup.PARTITIONS;

  private final Asker asker = new Asker();
  private final List<Channel> channels = new ArrayList<>();

  @Test
  void headsNeverGoBackWhileServicesComeAndGo(@TempDir Path folder) throws Exception {
    Path keys = RunningCatchup.writeKeys(folder);
    try (KafkaBroker broker = KafkaBroker.temporary();
        CatchupInstance one =
            CatchupInstance.start(broker.bootstrap(), PARTITIONS, keys, folder.resolve("one"));
        EventsLog log = new EventsLog(broker.bootstrap())) {
      Await.until("the first", one::ready);
      for (int partition = 0; partition < PARTITIONS; partition++) {
        channels.add(channelIn(partition));
        log.append(channels.getLast(), 1);
        asker.ok(one.port(), channels.getLast(), "/events?minSeq=1");
      }
      try (HeadPoller poller = new HeadPoller(channels, one.port())) {
        Scene scene = new Scene(broker.bootstrap(), keys, one, log, poller);
        kill(scene, folder.resolve("killed"));
        leave(scene, folder.resolve("left"));

        assertEquals(List.of(), poller.faults());
        assertTrue(poller.answers() > 100, poller.answers() + " answers");
      }
      for (Channel channel : channels) {
        assertEquals(log.head(channel), read(one.port(), channel, log.head(channel)));
      }
    }
  }

  /** How many events a client is given that reads to the head, however many were written. */
  private long read(int port, Channel channel, long head) throws IOException {
    long read = 0;
    JsonNode page;
    do {
      page = asker.ok(port, channel, "/events?limit=1000&minSeq=" + head + "&after=" + read);
      read += page.path("events").size();
    } while (!page.path("next").isNull());
    return read;
  }

  private record Scene(
      String bootstrap, Path keys, CatchupInstance one, EventsLog log, HeadPoller poller) {}

  private void kill(Scene scene, Path state) throws IOException {
    try (CatchupProcess other =
        CatchupProcess.start(scene.bootstrap(), PARTITIONS, scene.keys(), state)) {
      scene.poller().alsoAsk(other.port());
      awaitHolding(other.port(), scene.log());
    }
    awaitAlone(scene.one(), scene.log());
  }

  private void leave(Scene scene, Path state) {
    try (CatchupInstance two =
        CatchupInstance.start(scene.bootstrap(), PARTITIONS, scene.keys(), state)) {
      scene.poller().alsoAsk(two.port());
      awaitHolding(two.port(), scene.log());
    }
    awaitAlone(scene.one(), scene.log());
  }

  /** Events go on being written while the other comes. */
  private void awaitHolding(int port, EventsLog log) {
    Await.until(
        "the other to hold a partition",
        () -> {
          channels.forEach(channel -> log.append(channel, 1));
          return channels.stream().anyMatch(channel -> asker.holds(port, channel));
        });
  }

  private void awaitAlone(CatchupInstance one, EventsLog log) {
    Await.until(
        "the first to hold all again",
        () -> {
          channels.forEach(channel -> log.append(channel, 1));
          return channels.stream().allMatch(channel -> asker.holds(one.port(), channel));
        });
  }

  private static Channel channelIn(int partition) {
    Channel channel = new Channel("acme", "chat", "p" + partition);
    while (RunningCatchup.partitionOf(channel) != partition) {
      channel = new Channel("acme", "chat", channel.id() + "x");
    }
    return channel;
  }
}
