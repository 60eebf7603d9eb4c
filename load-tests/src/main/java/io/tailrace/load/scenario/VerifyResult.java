package io.tailrace.load.scenario;

import io.tailrace.load.oracle.Verdict;
import java.util.Map;

/**
 * How it ended.
 *
 * @param counts what happened beside the lists, by name
 */
public record VerifyResult(Verdict verdict, Map<String, Long> counts) {
  public boolean holds() {
    return verdict instanceof Verdict.Holds;
  }
}
