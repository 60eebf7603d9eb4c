package io.tailrace.sequencer.store;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharingTest {
  @Test
  void anAddressMakesItShared() {
    assertTrue(new Sharing("catchup-1:8080", 1).isShared());
    assertFalse(Sharing.ALONE.isShared());
  }

  @ParameterizedTest
  @ValueSource(strings = {"catchup-1", "catchup-1:", ":8080", "catchup-1:http", " "})
  void anythingElseIsRefusedByName(String address) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> new Sharing(address, 1));

    assertTrue(refused.toString().contains("catchup.advertised must be host:port"));
  }
}
