package io.tailrace.standalone.console;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Samples in Prometheus' text form, as an object: {@code name{label="value"}} to number. */
final class Samples {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String OURS = "tailrace_";
  private static final String BUCKET = "_bucket{";
  private static final String STATE = "_state{";

  private Samples() {}

  /**
   * Ours of a text; what is no number, and histograms' buckets, are left out. Of several processes
   * the sum; but a state is one, whoever tells it.
   */
  static ObjectNode of(String text) {
    ObjectNode samples = JSON.createObjectNode();
    text.lines()
        .filter(line -> line.startsWith(OURS) && !line.contains(BUCKET))
        .forEach(line -> {
          int space = line.lastIndexOf(' ');
          double value = Double.parseDouble(line.substring(space + 1));
          if (Double.isFinite(value)) {
            String name = line.substring(0, space);
            double before = samples.path(name).asDouble();
            samples.put(name, name.contains(STATE) ? Math.max(before, value) : before + value);
          }
        });
    return samples;
  }
}
