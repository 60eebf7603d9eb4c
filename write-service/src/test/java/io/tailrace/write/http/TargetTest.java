package io.tailrace.write.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
  @Test
  void readsAddresses() {
    assertEquals(new Target.Transaction(), Target.of("/v1/transactions"));
    assertEquals(new Target.Channel("chat:a"), Target.of("/v1/channels/chat:a/events"));
    assertEquals("chat", new Target.Channel("chat:a").kind());
    assertEquals("chat", new Target.Channel("chat").kind());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/v1/transactions/",
        "/v1/channels/chat:a",
        "/v1/channels//events",
        "/v1/channels/events",
        "/v1/channels/a/b/events",
        "/v1/channels/chat:a/events/1",
      })
  void leavesOthersAlone(String path) {
    assertNull(Target.of(path));
  }
}
