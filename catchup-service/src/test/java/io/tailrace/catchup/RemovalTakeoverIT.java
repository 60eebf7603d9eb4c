package io.tailrace.catchup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody is removed while partitions move from one service to another and back. */
class RemovalTakeoverIT {
  private static final int PARTITIONS = RunningCatchup.PARTITIONS;

  private final Asker asker = new Asker();

  @Test
  void theRemovedAreShownNothingFromTheirRemovalOnByAnyService(@TempDir Path folder)
      throws Exception {
    Path keys = RunningCatchup.writeKeys(folder);
    List<Channel> channels = new ArrayList<>();
    Map<Channel, Long> removals = new HashMap<>();
    try (KafkaBroker broker = KafkaBroker.temporary();
        CatchupInstance one =
            CatchupInstance.start(broker.bootstrap(), PARTITIONS, keys, folder.resolve("one"));
        EventsLog log = new EventsLog(broker.bootstrap())) {
      Await.until("the first", one::ready);
      for (int n = 0; n < 2 * PARTITIONS; n++) {
        Channel channel = channelIn(n % PARTITIONS, "m" + n);
        channels.add(channel);
        log.change(channel, "ada", "owner");
        log.change(channel, "bob", "member");
        log.append(channel, 1);
        asker.ok(one.port(), channel, "/events?minSeq=3");
      }
      try (RemovalPoller bob = new RemovalPoller("bob", channels, one.port())) {
        Await.until(
            "bob to be shown all", () -> channels.stream().allMatch(c -> bob.highest(c) > 2));
        try (CatchupInstance two =
            CatchupInstance.start(broker.bootstrap(), PARTITIONS, keys, folder.resolve("two"))) {
          bob.alsoAsk(two.port());
          // Half of them while the partitions go there, half of them while they come back.
          Await.until(
              "the other to hold a partition",
              () -> {
                append(log, channels);
                Channel next = channels.get(removals.size());
                if (removals.size() < PARTITIONS) {
                  removals.put(next, log.change(next, "bob", null).seq());
                }
                return channels.stream().anyMatch(c -> asker.holds(two.port(), c));
              });
        }
        Await.until(
            "the first to hold all again, and bob to be refused everywhere",
            () -> {
              append(log, channels);
              if (removals.size() < channels.size()) {
                Channel next = channels.get(removals.size());
                removals.put(next, log.change(next, "bob", null).seq());
              }
              return channels.stream().allMatch(c -> asker.holds(one.port(), c))
                  && channels.stream().allMatch(bob::isRefused);
            });

        assertEquals(List.of(), bob.faults());
        for (Channel channel : channels) {
          long removal = removals.getOrDefault(channel, 0L);
          assertTrue(bob.highest(channel) < removal, channel + " " + bob.highest(channel));
          assertEquals(
              403,
              RunningCatchup.settled(
                      () -> asker.getAs("bob", one.port(), channel, "/events?after=2"))
                  .statusCode());
        }
      }
    }
  }

  private static void append(EventsLog log, List<Channel> channels) {
    channels.forEach(channel -> log.append(channel, 1));
  }

  private static Channel channelIn(int partition, String name) {
    Channel channel = new Channel("acme", "chat", name);
    while (RunningCatchup.partitionOf(channel) != partition) {
      channel = new Channel("acme", "chat", channel.id() + "x");
    }
    return channel;
  }
}
