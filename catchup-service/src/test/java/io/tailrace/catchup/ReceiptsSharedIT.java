package io.tailrace.catchup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two services share the partitions of receipts, lose each other and all they have stored. */
class ReceiptsSharedIT {
  private static final int PARTITIONS = RunningCatchup.PARTITIONS;

  @TempDir Path folder;
  private final KafkaBroker broker = KafkaBroker.temporary();
  private final Asker asker = new Asker();
  private final List<Channel> channels = new ArrayList<>();
  private final List<CatchupInstance> running = new ArrayList<>();

  @AfterEach
  void stop() {
    running.forEach(CatchupInstance::close);
    broker.close();
  }

  private CatchupInstance start(Path keys, String name) {
    CatchupInstance instance =
        CatchupInstance.start(broker.bootstrap(), PARTITIONS, keys, folder.resolve(name));
    running.add(instance);
    return instance;
  }

  private void stop(CatchupInstance instance) {
    running.remove(instance);
    instance.close();
  }

  private HttpResponse<byte[]> mine(CatchupInstance of) {
    HttpRequest request =
        Asker.request(of.port(), "/v1/me/channels")
            .header("Authorization", "Bearer " + RunningCatchup.tokenOf("ada"))
            .build();
    try {
      return asker.send(request);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** What was read of each channel; a whole answer, or one that says when to ask again. */
  private List<Long> read(CatchupInstance of) {
    HttpResponse<byte[]> answer = mine(of);
    List<Long> read = new ArrayList<>();
    try {
      JsonNode json = RunningCatchup.JSON.readTree(answer.body());
      if (answer.statusCode() != 200) {
        assertEquals(503, answer.statusCode(), json::toString);
        assertTrue(answer.headers().firstValue("Retry-After").isPresent());
        return List.of();
      }
      json.path("channels").forEach(one -> read.add(one.path("read").asLong()));
      assertEquals(PARTITIONS, read.size(), json::toString);
      return read;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void awaitRead(CatchupInstance of, List<Long> expected) {
    Await.until("channels read to " + expected, () -> read(of).equals(expected));
  }

  private boolean isShared(CatchupInstance one, CatchupInstance two) {
    long here = channels.stream().filter(c -> asker.holds(one.port(), c)).count();
    long there = channels.stream().filter(c -> asker.holds(two.port(), c)).count();
    return here > 0 && there > 0 && here + there == PARTITIONS;
  }

  @Test
  void eachTellsOfAllChannelsWhoeverElseLivesAndWhateverIsStored() throws IOException {
    Path keys = RunningCatchup.writeKeys(folder);
    CatchupInstance one = start(keys, "one");
    CatchupInstance two = start(keys, "two");
    try (EventsLog log = new EventsLog(broker.bootstrap());
        ReceiptsLog receipts = new ReceiptsLog(broker.bootstrap())) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        Channel channel = new Channel("acme", "chat", "p" + partition);
        while (RunningCatchup.partitionOf(channel) != partition) {
          channel = new Channel("acme", "chat", channel.id() + "x");
        }
        channels.add(channel);
        log.append(channel, 10);
        receipts.read(channel, "ada", 1, 9);
        receipts.read(channel, "ada", 1, 4); // an older one that comes late
      }
      Await.until(
          "both to hold partitions", () -> one.ready() && two.ready() && isShared(one, two));
      awaitAll(one, two, 9);

      stop(two);
      receipts.read(channels.getFirst(), "ada", 1, 3);
      awaitAll(one, one, 9);

      stop(one);
      delete(folder.resolve("one"));
      delete(folder.resolve("two"));
      CatchupInstance anew = start(keys, "one");
      awaitAll(anew, anew, 9);
    }
  }

  private void awaitAll(CatchupInstance one, CatchupInstance two, long seq) {
    List<Long> expected = channels.stream().map(_ -> seq).toList();
    awaitRead(one, expected);
    awaitRead(two, expected);
  }

  private static void delete(Path all) throws IOException {
    try (Stream<Path> files = Files.walk(all)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
