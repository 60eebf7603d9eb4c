package io.tailrace.write.http;

import io.tailrace.schemas.problem.Problem;
import java.util.Map;

/** What a request about members is answered. */
sealed interface MemberAnswer {
  /** No. */
  record Refused(Problem problem) implements MemberAnswer {}

  /** A document. */
  record Told(int status, Map<String, ?> body) implements MemberAnswer {}
}
