package io.tailrace.schemas.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChainTest {
  private static final Path VECTORS = Path.of("..", "clients", "conformance", "chain.json");

  @Test
  void theHashIsMurmur3OfTheReference() throws IOException {
    // The reference implementation prints 2f1583c3 ecee2c67 5d7bf66c e5e91d2c for this text.
    assertEquals(0xecee2c67_2f1583c3L, hash("The quick brown fox jumps over the lazy dog"));
    for (JsonNode vector : new JsonMapper().readTree(VECTORS.toFile()).get("hashes")) {
      assertEquals(vector.get("hash").asText(), Chain.hex(hash(vector.get("text").asText())));
    }
  }

  @Test
  void thePublishedVectorsHold() throws IOException {
    JsonNode root = new JsonMapper().readTree(VECTORS.toFile());
    for (JsonNode channel : root.get("channels")) {
      long chain = Chain.start(channel.get("epoch").asInt());
      for (JsonNode event : channel.get("events")) {
        chain =
            Chain.next(
                chain,
                envelope(event),
                event.get("data").asText().getBytes(StandardCharsets.UTF_8));
        assertEquals(event.get("chain").asText(), Chain.hex(chain), event.toString());
      }
    }
  }

  @Test
  void everyFieldCountsAndFieldsDoNotRunTogether() {
    Envelope plain = new Envelope("id", "type", null, "ann", "t", null);
    long chain = Chain.next(1, plain, new byte[] {'1'});

    assertNotEquals(chain, Chain.next(2, plain, new byte[] {'1'}));
    assertNotEquals(chain, Chain.next(1, plain, new byte[] {'2'}));
    assertNotEquals(
        chain, Chain.next(1, new Envelope("id", "type", "ann", null, "t", null), new byte[] {'1'}));
    assertNotEquals(
        chain, Chain.next(1, new Envelope("idt", "ype", null, "ann", "t", null), new byte[] {'1'}));
    assertEquals(
        chain,
        Chain.next(1, new Envelope("id", "type", null, "ann", "t", "trace"), new byte[] {'1'}),
        "the trace is no part of history");
  }

  @Test
  void sixteenDigitsBothWays() {
    assertEquals("00000000000000ff", Chain.hex(255));
    assertEquals(-1L, Chain.parse("ffffffffffffffff"));
    assertThrows(IllegalArgumentException.class, () -> Chain.parse("ff"));
    assertThrows(IllegalArgumentException.class, () -> Chain.parse("zzzzzzzzzzzzzzzz"));
  }

  private static Envelope envelope(JsonNode event) {
    return new Envelope(
        event.get("id").asText(),
        event.get("type").asText(),
        text(event, "entity"),
        text(event, "author"),
        event.get("time").asText(),
        null);
  }

  private static @Nullable String text(JsonNode event, String name) {
    return event.has(name) ? event.get(name).asText() : null;
  }

  private static long hash(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Murmur3.hash64(bytes, bytes.length);
  }
}
