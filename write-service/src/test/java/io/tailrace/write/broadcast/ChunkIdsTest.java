package io.tailrace.write.broadcast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class ChunkIdsTest {
  /** RFC 9562, appendix A.4: the namespace of DNS names, and www.example.com. */
  @Test
  void isTheVersion5OfTheStandard() {
    UUID dns = UUID.fromString("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

    assertEquals(
        "2ed6657d-e927-568b-95e1-2665a8aea6a2", ChunkIds.of(dns, "www.example.com").toString());
  }

  @Test
  void differsByJobTenantAndChannel() {
    UUID job = UUID.fromString("0191d7a4-4a3c-7b1e-8f00-5b0c5a3e9d10");
    UUID id = ChunkIds.of(job, "demo/chat:a");

    assertNotEquals(id, ChunkIds.of(job, "demo/chat:b"));
    assertNotEquals(id, ChunkIds.of(job, "acme/chat:a"));
    assertNotEquals(id, ChunkIds.of(new UUID(1, 2), "demo/chat:a"));
  }
}
