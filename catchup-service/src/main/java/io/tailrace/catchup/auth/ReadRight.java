package io.tailrace.catchup.auth;

import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;

/**
 * The first stage of who may read a channel: by the token and by the contract of its kind. The
 * second, by the channel's members, is {@link Reader#in}.
 */
public final class ReadRight {
  private final Contracts contracts;

  /** With the contracts of the installation. */
  public ReadRight(Contracts contracts) {
    this.contracts = contracts;
  }

  /** Who asks for which channel, or why that is no question. */
  public sealed interface Decision {
    /** Somebody who asks; the rest is decided where the channel's history is. */
    record Asks(Reader reader) implements Decision {}

    /** What was written is no channel. */
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
    Contract contract = contracts.of(channel.kind());
    boolean mayByToken =
        contract != null && contract.rights().subscribe().allows(identity, channel);
    return new Decision.Asks(new Reader(channel, identity.user(), mayByToken ? contract : null));
  }
}
