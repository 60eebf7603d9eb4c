package io.tailrace.write.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.schemas.problem.Problem;
import org.jspecify.annotations.Nullable;

/** What an administrator is answered. */
sealed interface AdminAnswer {
  /** No. */
  record Refused(Problem problem) implements AdminAnswer {}

  /**
   * Yes.
   *
   * @param location of the job that was accepted; null elsewhere
   * @param replayed whether the same request came before
   */
  record Done(int status, JsonNode body, @Nullable String location, boolean replayed)
      implements AdminAnswer {}
}
