package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** What {@code /metrics} of the measured system said at one moment. */
record ServerMetrics(String text) {
  static ServerMetrics of(HttpClient http, URI url) throws InterruptedException {
    try {
      HttpRequest request = HttpRequest.newBuilder(url.resolve("/metrics")).build();
      return new ServerMetrics(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    } catch (IOException e) {
      throw new CommandException("The metrics cannot be read: " + e.getMessage(), e);
    }
  }

  /** The sum of all series whose name and labels begin like this. */
  long sum(String beginning) {
    return (long)
        text.lines()
            .filter(line -> line.startsWith(beginning))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
            .sum();
  }

  /** How much more that is than it was. */
  long since(ServerMetrics earlier, String beginning) {
    return sum(beginning) - earlier.sum(beginning);
  }
}
