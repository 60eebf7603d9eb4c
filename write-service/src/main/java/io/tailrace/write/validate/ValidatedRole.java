package io.tailrace.write.validate;

import io.tailrace.schemas.problem.Problem;

/** What a body that names a role turned out to be. */
public sealed interface ValidatedRole {
  /** One of the kind's roles. */
  record Valid(String role) implements ValidatedRole {}

  /** Not that. */
  record Invalid(Problem problem) implements ValidatedRole {}
}
