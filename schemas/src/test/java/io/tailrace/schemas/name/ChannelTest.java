package io.tailrace.schemas.name;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelTest {
  @Test
  void aFullNameComesBackAsItWas() {
    Channel channel = Channel.parseFull("acme-2/chat:Room_1.~-x");

    assertEquals(new Channel("acme-2", "chat", "Room_1.~-x"), channel);
    assertEquals("acme-2/chat:Room_1.~-x", new Channel("acme-2", "chat", "Room_1.~-x").full());
  }

  @Test
  void lengthsEndWhereTheGrammarSays() {
    assertNotNull(Channel.parse("demo", "chat:" + "x".repeat(200)));
    assertNull(Channel.parse("demo", "chat:" + "x".repeat(201)));
    assertNotNull(Channel.parse("t".repeat(63), "chat:x"));
    assertNull(Channel.parse("t".repeat(64), "chat:x"));
    assertNotNull(Channel.parse("demo", "k".repeat(32) + ":x"));
    assertNull(Channel.parse("demo", "k".repeat(33) + ":x"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "chat",
        "chat:",
        ":x",
        "Chat:x",
        "chat:a/b",
        "chat:a:b",
        "chat:a%2fb",
        "chat:ä",
        "chat: x",
        "chat:x\u0000",
        "chat:x\n",
        "1chat:x",
        "-chat:x",
        "chat:\u2028",
        "demo/chat:x"
      })
  void whatIsNoNameIsRefused(String name) {
    assertNull(Channel.parse("demo", name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Demo", "de/mo", "-demo", "de mo", "dé", "demo\u0000"})
  void whatIsNoTenantIsRefused(String tenant) {
    assertNull(Channel.parse(tenant, "chat:x"));
    assertThrows(IllegalArgumentException.class, () -> new Channel(tenant, "chat", "x"));
  }
}
