package io.tailrace.load.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceTest {
  @TempDir private Path folder;

  @Test
  void readsPlainAndZippedAlike() throws Exception {
    var text = "seconds,channel,author,bytes\n0,1,1,94\n15,2,7,0\n";
    var plain = Files.writeString(folder.resolve("a.csv"), text);
    var zipped = folder.resolve("b");
    try (var out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
      out.write(Files.readAllBytes(plain));
    }

    var messages = Trace.read(plain);

    assertEquals(List.of(new Message(0, 1, 1, 94), new Message(15, 2, 7, 0)), messages);
    assertEquals(messages, Trace.read(zipped));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0,1,1|2: expected 4 fields, found 3",
        "0,1,1,94,5|2: expected 4 fields, found 5",
        "0,x,1,94|2: channel must be a number from 0 to 2147483647, not \"x\"",
        "-1,1,1,94|2: seconds must be",
        "0,1,1,9999999|2: bytes must be a number from 0 to 1000000",
        "0,1,1,94;5,1,1,1;4,1,1,1|4: goes back in time, from second 5"
      })
  void namesTheLineAtFault(String lines, String reason) throws IOException {
    var file =
        Files.writeString(
            folder.resolve("bad.csv"), "seconds,channel,author,bytes\n" + lines.replace(';', '\n'));

    var thrown = assertThrows(TraceException.class, () -> Trace.read(file));

    assertTrue(String.valueOf(thrown.getMessage()).contains("bad.csv:" + reason), thrown::toString);
  }

  @Test
  void refusesAnotherHeader() throws IOException {
    var file = Files.writeString(folder.resolve("other.csv"), "a,b\n");

    var thrown = assertThrows(TraceException.class, () -> Trace.read(file));

    assertTrue(String.valueOf(thrown.getMessage()).contains("other.csv:1: the first line must be"));
  }
}
