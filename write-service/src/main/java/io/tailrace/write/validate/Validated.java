package io.tailrace.write.validate;

import io.tailrace.schemas.problem.Problem;
import java.util.List;

/** What a body turned out to be. */
public sealed interface Validated {
  /** Events that may be written, at least one. */
  record Valid(List<NewEvent> events) implements Validated {}

  /** Not that. */
  record Invalid(Problem problem) implements Validated {}
}
