package io.tailrace.write.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tailrace.write.measure.WriteMetrics;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private final Admission admission =
      new Admission(2, 100, new WriteMetrics(new SimpleMeterRegistry()));

  @Test
  void boundsRequests() {
    assertTrue(admission.enter(1));
    assertTrue(admission.enter(1));
    assertFalse(admission.enter(1));
    assertEquals(2, admission.requests());

    admission.leave(1);
    assertTrue(admission.enter(1));
  }

  @Test
  void boundsBytes() {
    assertTrue(admission.enter(100));
    assertFalse(admission.enter(1));
    assertEquals(1, admission.requests());

    admission.leave(100);
    assertFalse(admission.enter(101));
    assertTrue(admission.enter(99));
  }
}
