package io.tailrace.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokensTest {
  private final List<Boolean> asked = new ArrayList<>();
  private String kept = "first";
  private final Tokens tokens =
      new Tokens(fresh -> {
        asked.add(fresh);
        if (fresh) {
          kept = "second";
        }
        return kept;
      });

  @Test
  void aTokenThatWasRefusedIsReplaced() {
    assertEquals("first", tokens.current());
    tokens.refuse("first");
    assertEquals("second", tokens.current());
    assertEquals("second", tokens.current());
    assertEquals(List.of(false, false, true, false), asked);
  }

  @Test
  void aTokenThatRunsOutIsReplacedBefore() {
    assertEquals("second", tokens.fresh());
    assertEquals(List.of(true), asked);
  }
}
