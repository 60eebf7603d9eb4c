package io.tailrace.client.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The scenarios of {@code clients/conformance/receipts.json}, which every client runs. */
class ReceiptsConformanceTest {
  private static final Path FILE = Path.of("..", "conformance", "receipts.json");

  @TestFactory
  Stream<DynamicTest> scenarios() throws IOException {
    JsonNode all = new JsonMapper().readTree(Files.readAllBytes(FILE));
    return StreamSupport.stream(all.get("scenarios").spliterator(), false)
        .map(scenario ->
            DynamicTest.dynamicTest(
                scenario.get("name").asText(), () -> new Run().play(scenario.get("steps"))));
  }

  private static final class Run {
    private final Receipts receipts = new Receipts();
    private long nowMs;

    void play(JsonNode steps) {
      for (JsonNode step : steps) {
        Map.Entry<String, JsonNode> input = step.get("in").properties().iterator().next();
        take(input.getKey(), input.getValue());
        List<Long> out = new ArrayList<>();
        for (long seq = receipts.say(nowMs); seq > 0; seq = receipts.say(nowMs)) {
          out.add(seq);
        }
        List<Long> expected = new ArrayList<>();
        step.get("out").forEach(action -> expected.add(action.get("say").asLong()));
        assertEquals(expected, out, step::toString);
        if (step.has("places")) {
          assertEquals(places(step.get("places")), receipts.places(), step::toString);
        }
      }
    }

    private void take(String name, JsonNode value) {
      int epoch = value.path("epoch").asInt();
      switch (name) {
        case "live" -> receipts.live(epoch, value.get("applied").asLong(), "ann");
        case "lost" -> receipts.lost();
        case "read" -> receipts.read(epoch, value.get("seq").asLong());
        case "shown" -> {
          Map<String, Long> before = receipts.places();
          boolean anyNew = receipts.shown(epoch, places(value.get("read")));
          assertEquals(!before.equals(receipts.places()), anyNew);
        }
        case "refused" -> {
          JsonNode pause = value.get("retryAfterMs");
          receipts.refused(
              value.get("code").asText(), pause == null ? null : (Long) pause.asLong(), nowMs);
        }
        case "pass" -> nowMs += value.asLong();
        default -> throw new IllegalArgumentException(name);
      }
    }

    private static Map<String, Long> places(JsonNode json) {
      Map<String, Long> places = new HashMap<>();
      json.properties().forEach(place -> places.put(place.getKey(), place.getValue().asLong()));
      return places;
    }
  }
}
