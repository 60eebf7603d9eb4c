package io.tailrace.catchup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the contract does not keep: 300 events and two days here. */
class RetentionIT extends RunningCatchup {
  @Override
  Path contracts(Path folder) throws IOException {
    Path contracts = Files.createDirectory(folder.resolve("contracts"));
    try (InputStream in =
        Objects.requireNonNull(
            RetentionIT.class.getResourceAsStream("/tailrace/contracts/chat.yaml"))) {
      String shipped = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      Files.writeString(
          contracts.resolve("chat.yaml"),
          shipped.replace("events: 1000000", "events: 300").replace("days: 365", "days: 2"));
    }
    return contracts;
  }

  @Test
  void whatIsNotKeptIsGoneAndTheSnapshotIsNamed() {
    Channel channel = channel();
    log.append(channel, "kept", "{\"text\":\"state\"}");
    log.append(channel, 1023);
    ok(channel, "/events?minSeq=1024&after=1000");

    HttpResponse<String> gone = get(channel, "/events?after=511");

    assertRefused(ProblemCode.HISTORY_GONE, gone);
    String snapshot = json(gone).path("snapshot").asText();
    assertEquals(513, json(gone).path("first").asLong());
    assertEquals("/v1/channels/" + channel.name() + "/snapshot", snapshot);
    assertRefused(ProblemCode.HISTORY_GONE, get(channel, "/pages/1/0"));
    assertRefused(ProblemCode.HISTORY_GONE, get(channel, "/pages/1/1"));
    assertEquals(range(513, 768), seqs(ok(channel, "/pages/1/2").path("events")));
    assertEquals(range(513, 516), seqs(ok(channel, "/events?after=512&limit=4").path("events")));
    assertEquals(513, ok(channel, "").path("first").asLong());
    JsonNode first = ok(channel, "/snapshot").path("entities").path(0);
    assertEquals(1, first.path("seq").asLong());
    assertEquals("kept", first.path("entity").asText());
  }

  @Test
  void aSilentChannelIsTrimmedByAgeAndGoesOnAsBefore() {
    Channel channel = channel();
    log.begin();
    Event last = null;
    for (int i = 0; i < 10; i++) {
      String entity = i == 0 ? "kept" : null;
      long threeDaysAgo = System.currentTimeMillis() - Duration.ofDays(3).toMillis();
      last = log.add(channel, 1, entity, "{\"text\":\"old\"}", threeDaysAgo);
    }
    log.commit();
    long chain = Objects.requireNonNull(last).chain();

    Await.until(
        "the silent channel to be trimmed", () -> ok(channel, "").path("first").asLong() == 11);

    JsonNode info = ok(channel, "");
    assertEquals(10, info.path("head").asLong());
    assertEquals(Chain.hex(chain), info.path("chain").asText());
    assertRefused(ProblemCode.HISTORY_GONE, get(channel, "/events?after=0"));
    assertRefused(ProblemCode.HISTORY_GONE, get(channel, "/pages/1/0"));
    assertEquals(List.of(1L), seqs(ok(channel, "/snapshot").path("entities")));
    assertTrue(ok(channel, "/events?after=10").path("events").isEmpty());
    log.append(channel, 1);
    assertEquals(range(11, 11), seqs(ok(channel, "/events?after=10&minSeq=11").path("events")));
  }
}
