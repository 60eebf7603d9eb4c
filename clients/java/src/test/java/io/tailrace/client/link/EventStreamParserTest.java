package io.tailrace.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventStreamParserTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "event: event~data: {\"a\":1}~id: x~~|{\"a\":1}",
        "data: one~data: two~~|one/two",
        ":~~retry: 3~~data:x~~data: y~~|x,y",
        "data: cut off~|",
        "data~~|''",
        "dataset: no~~|",
        "data: \u2028 \u00e9~~|\u2028 \u00e9",
      })
  void dataIsWhatTheServerMeant(String stream, String expected) throws IOException {
    for (String end : new String[] {"\n", "\r\n", "\r"}) {
      assertEquals(
          expected == null ? "" : expected, String.join(",", read(stream.replace("~", end))));
    }
  }

  private static List<String> read(String text) throws IOException {
    List<String> events = new ArrayList<>();
    new EventStreamParser(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))
        .forEach(
            data -> events.add(new String(data, StandardCharsets.UTF_8).replace('\n', '/')),
            () -> {});
    return events;
  }
}
