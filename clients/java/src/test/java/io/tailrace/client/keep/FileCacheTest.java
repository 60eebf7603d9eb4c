package io.tailrace.client.keep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tailrace.client.Cached;
import io.tailrace.client.ChannelEvent;
import io.tailrace.client.Place;
import io.tailrace.schemas.event.Envelope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCacheTest {
  @TempDir private Path folder;

  @Test
  void whatWasKeptComesBackByteForByte() {
    Cached kept = cached("chat:room", 7);
    new FileCache(folder).write(kept);
    Cached back = back("chat:room");
    assertEquals(kept.place(), back.place());
    assertEquals(kept.complete(), back.complete());
    assertEquals("{ \"text\" : \"ä \\u2028 }]\" , \"n\":1.0}", back.events().get(0).dataText());
    assertEquals(kept.events().get(0).envelope(), back.events().get(0).envelope());
    assertEquals("0af7651916cd43dd8448eb211c80319c", back.events().get(0).traceId());
    assertEquals(3, back.events().get(0).epoch());
  }

  @Test
  void theLatestWriteCountsAndChannelsDoNotMeet() {
    FileCache cache = new FileCache(folder);
    cache.write(cached("chat:room", 7));
    cache.write(cached("chat:Room", 8));
    cache.write(cached("chat:room", 9));
    assertEquals(9, back("chat:room").place().seq());
    assertEquals(8, back("chat:Room").place().seq());
    cache.remove("chat:room");
    assertNull(cache.read("chat:room"));
    cache.remove("chat:room");
  }

  @Test
  void aDamagedFileIsAsIfItWereNotThere() throws IOException {
    FileCache cache = new FileCache(folder);
    cache.write(cached("chat:room", 7));
    Path file;
    try (var files = Files.list(folder)) {
      file = files.findFirst().orElseThrow();
    }
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length += 7) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      assertNull(cache.read("chat:room"), "after " + length + " bytes");
    }
  }

  @Test
  void aWriteThatWasCutLeavesTheOneBefore() throws IOException {
    FileCache cache = new FileCache(folder);
    cache.write(cached("chat:room", 7));
    Path file;
    try (var files = Files.list(folder)) {
      file = files.findFirst().orElseThrow();
    }
    Files.writeString(file.resolveSibling(file.getFileName() + ".next"), "{\"chan");
    assertEquals(7, back("chat:room").place().seq());
    cache.write(cached("chat:room", 8));
    assertEquals(8, back("chat:room").place().seq());
  }

  @Test
  void longNamesFit() {
    String channel = "chat:" + "X".repeat(200);
    new FileCache(folder).write(cached(channel, 1));
    assertEquals(1, back(channel).place().seq());
  }

  private Cached back(String channel) {
    Cached back = new FileCache(folder).read(channel);
    if (back == null) {
      throw new AssertionError(channel + " was not kept");
    }
    return back;
  }

  private static Cached cached(String channel, long seq) {
    ChannelEvent event =
        new ChannelEvent(
            channel,
            3,
            seq,
            new Envelope("id \"1\"", "message.posted", "e:1", null, "2026-01-01T00:00:00Z", null),
            "0af7651916cd43dd8448eb211c80319c",
            -2,
            "{ \"text\" : \"ä \\u2028 }]\" , \"n\":1.0}".getBytes(StandardCharsets.UTF_8));
    return new Cached(channel, new Place(3, seq, -2L), List.of(event), false);
  }
}
