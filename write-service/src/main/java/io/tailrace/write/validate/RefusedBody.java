package io.tailrace.write.validate;

import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import java.io.Serial;

/**
 * Leaves the reading of a body at the first fault. Never leaves this package: the entry turns it
 * into a value. It carries no stack trace, which would cost more than all the rest.
 */
final class RefusedBody extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  private RefusedBody(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  /** Not JSON as RFC 8259 has it. */
  static RefusedBody notJson(String detail) {
    return new RefusedBody(Problem.of(ProblemCode.BAD_REQUEST, detail));
  }

  /** JSON, but no event of the kind. */
  static RefusedBody at(String pointer, String detail) {
    return at(ProblemCode.INVALID_EVENT, pointer, detail);
  }

  /** Another code, with the place. */
  static RefusedBody at(ProblemCode code, String pointer, String detail) {
    return new RefusedBody(Problem.of(code, detail, "pointer", pointer));
  }

  Problem problem() {
    return problem;
  }
}
