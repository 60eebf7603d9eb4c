package io.tailrace.catchup.auth;

import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import org.jspecify.annotations.Nullable;

/** Decides who may read a channel: by the token and by the contract of its kind. */
public final class ReadRight {
  private static final String REFUSED =
      "this token may not read this channel, or there is no such kind of channel";

  private final Contracts contracts;

  /** With the contracts of the installation. */
  public ReadRight(Contracts contracts) {
    this.contracts = contracts;
  }

  /** A channel that may be read, or why not. */
  public sealed interface Decision {
    /** It may. */
    record Granted(Channel channel, Contract contract) implements Decision {}

    /** It may not; a hidden channel and one of no kind are refused alike. */
    record Refused(Problem problem) implements Decision {}
  }

  /** Decides for a channel as the caller wrote it: {@code kind:id}. */
  public Decision decide(Identity identity, String name) {
    Channel channel = Channel.parse(identity.tenant(), name);
    if (channel == null) {
      return new Decision.Refused(
          Problem.of(
              ProblemCode.BAD_REQUEST,
              "a channel is kind:id, with kind [a-z][a-z0-9-]{0,31} and id"
                  + " [A-Za-z0-9._~-]{1,200}"));
    }
    @Nullable Contract contract = contracts.of(channel.kind());
    if (contract == null || !contract.rights().subscribe().allows(identity, channel)) {
      return new Decision.Refused(Problem.of(ProblemCode.FORBIDDEN, REFUSED));
    }
    return new Decision.Granted(channel, contract);
  }
}
