package io.tailrace.load.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.load.oracle.Verdict;
import io.tailrace.load.scenario.VerifyResult;
import java.util.stream.Collectors;

/** A verdict as text for people or as one line of JSON. */
public record VerdictText(VerifyResult result) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The text, several lines for people, one for programs. */
  public String print(boolean json) {
    return json ? json().toString() : words();
  }

  String words() {
    var counts =
        result.counts().entrySet().stream()
            .filter(entry -> entry.getValue() != 0)
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", "));
    var verdict =
        switch (result.verdict()) {
          case Verdict.Holds(long channels, long events, long acknowledged, long sightings) ->
              "HOLDS: %d channels, %,d events committed, %,d of them acknowledged, seen %,d times, everywhere the same list"
                  .formatted(channels, events, acknowledged, sightings);
          case Verdict.Broken(var counterexample) -> "BROKEN: " + counterexample.sentence();
        };
    return verdict + System.lineSeparator() + "  " + counts;
  }

  ObjectNode json() {
    var root = JSON.createObjectNode().put("holds", result.holds());
    switch (result.verdict()) {
      case Verdict.Holds(long channels, long events, long acknowledged, long sightings) ->
          root.put("channels", channels)
              .put("events", events)
              .put("acknowledged", acknowledged)
              .put("sightings", sightings);
      case Verdict.Broken(var counterexample) ->
          root.put("counterexample", counterexample.sentence());
    }
    var counts = root.putObject("counts");
    result.counts().forEach(counts::put);
    return root;
  }
}
