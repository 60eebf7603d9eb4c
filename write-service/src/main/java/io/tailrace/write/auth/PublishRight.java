package io.tailrace.write.auth;

import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import org.jspecify.annotations.Nullable;

/** Whether somebody may publish in a channel, as the kind's contract and the token say. */
public final class PublishRight {
  private final Contracts contracts;

  /**
   * By these contracts.
   *
   * @throws IllegalArgumentException where a kind lets fewer people create channels than publish in
   *     them: that cannot be held while nothing but events says which channels exist
   */
  public PublishRight(Contracts contracts) {
    for (Contract contract : contracts.all()) {
      if (contract.rights().create() != contract.rights().publish()) {
        throw new IllegalArgumentException(
            "the contract of the kind "
                + contract.kind()
                + " has another right for create than for publish: this version holds one for both,"
                + " so write the same");
      }
    }
    this.contracts = contracts;
  }

  /** Null where they may. */
  public @Nullable Problem refusal(Identity identity, Channel channel) {
    Contract contract = contracts.of(channel.kind());
    if (contract == null) {
      return Problem.of(ProblemCode.NOT_FOUND, "there is no kind " + channel.kind());
    }
    if (contract.rights().publish().allows(identity, channel)) {
      return null;
    }
    return Problem.of(
        ProblemCode.FORBIDDEN,
        "this token may not publish in "
            + channel.name()
            + ": the kind asks for "
            + contract.rights().publish().word()
            + ", and the token's channels must include it");
  }
}
