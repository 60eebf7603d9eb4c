package io.tailrace.standalone.console;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Samples in Prometheus' text form, as an object: {@code name{label="value"}} to number. */
final class Samples {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String OURS = "tailrace_";
  private static final String BUCKET = "_bucket{";

  private Samples() {}

  /** Ours of a text; what is no number, and histograms' buckets, are left out. */
  static ObjectNode of(String text) {
    ObjectNode samples = JSON.createObjectNode();
    text.lines()
        .filter(line -> line.startsWith(OURS) && !line.contains(BUCKET))
        .forEach(line -> {
          int space = line.lastIndexOf(' ');
          double value = Double.parseDouble(line.substring(space + 1));
          if (Double.isFinite(value)) {
            samples.put(line.substring(0, space), value);
          }
        });
    return samples;
  }
}
