package io.tailrace.write.auth;

import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contract.MemberMay;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.contract.Right;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import io.tailrace.write.commit.ChannelCheck;
import io.tailrace.write.commit.ChannelCheck.Asks;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whether somebody may publish in a channel: what the kind's contract and the token say of it is
 * decided here, what the channel's members say is named for the transaction to decide.
 */
public final class PublishRight {
  private record Checks(@Nullable ChannelCheck creator, @Nullable ChannelCheck other) {}

  private final Contracts contracts;
  private final Map<String, Checks> checks = new HashMap<>();

  /** By these contracts. */
  public PublishRight(Contracts contracts) {
    this.contracts = contracts;
    for (Contract contract : contracts.all()) {
      checks.put(contract.kind(), new Checks(check(contract, true), check(contract, false)));
    }
  }

  /** Whether the channels of a kind have to be known one by one. */
  public static boolean registers(Contract contract) {
    Contract.Rights rights = contract.rights();
    return contract.members() != null || rights.create() != rights.publish();
  }

  /** Null where they may, as far as the token goes. */
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

  /** What one is told whom the transaction did not let in; the same whatever the reason was. */
  public static Problem notAllowed(Channel channel) {
    return Problem.of(
        ProblemCode.FORBIDDEN,
        "you may not publish in "
            + channel.name()
            + ": a channel that has members takes events from those whose role may publish, and one"
            + " that is not there from those who may create it");
  }

  /** What the transaction is to decide beside, of one who is not refused; null: nothing. */
  public @Nullable ChannelCheck check(Identity identity, Channel channel) {
    Contract contract = contracts.of(channel.kind());
    Checks of = checks.get(channel.kind());
    if (contract == null || of == null) {
      return null;
    }
    return contract.rights().create().allows(identity, channel) ? of.creator() : of.other();
  }

  private static @Nullable ChannelCheck check(Contract contract, boolean mayCreate) {
    if (!registers(contract)) {
      return null;
    }
    Right publish = contract.rights().publish();
    Contract.Members members = contract.members();
    if (members == null || !publish.asksMembership()) {
      return new ChannelCheck(Asks.NOTHING, "", mayCreate, true);
    }
    return new ChannelCheck(
        publish == Right.MEMBERS ? Asks.MEMBERS : Asks.MEMBERS_WHERE_CLOSED,
        String.join(",", new TreeSet<>(members.rolesThatMay(MemberMay.PUBLISH))),
        mayCreate,
        true);
  }
}
