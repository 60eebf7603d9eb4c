package io.tailrace.schemas.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SettingsException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OtherRegionsTest {
  private static OtherRegions of(String text) {
    return Settings.load(
            List.of(OtherRegions.SETTING), List.of("--regions.others=" + text), Map.of())
        .get(OtherRegions.SETTING);
  }

  @Test
  void aTopicOfAnotherRegionHasItsNameInFront() {
    assertEquals(
        List.of("home.tailrace.presence", "far-1.tailrace.presence"),
        of("home, far-1").mirrored("tailrace.presence"));
  }

  @Test
  void withoutOthersThereIsNothing() {
    assertEquals(OtherRegions.NONE, of(""));
    assertTrue(of("").mirrored("tailrace.presence").isEmpty());
  }

  @Test
  void whatCannotBeARegionIsRefusedByName() {
    for (String wrong : List.of("a.b", "a b", "home,home", "a/b")) {
      var refused = assertThrows(SettingsException.class, () -> of(wrong), wrong);
      assertTrue(String.valueOf(refused.getMessage()).contains("regions.others"), wrong);
    }
  }
}
