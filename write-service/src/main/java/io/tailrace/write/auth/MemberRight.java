package io.tailrace.write.auth;

import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contract.MemberMay;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.contract.Right;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What contracts and tokens say of a channel's members; the rest is the database's to decide. */
public final class MemberRight {
  private final Contracts contracts;

  /** By these contracts. */
  public MemberRight(Contracts contracts) {
    this.contracts = contracts;
  }

  /**
   * What a token may do with the members of a channel.
   *
   * @param create whether it may make the channel, should it not be there
   * @param change whether it may change the members of every channel of the kind
   * @param changers the roles whose members may change those of their channel
   */
  public record Granted(boolean create, boolean change, Set<String> changers) {}

  /** The contract of a channel that may have members; null where the answer is a refusal. */
  public @Nullable Contract contract(Identity identity, Channel channel) {
    Contract contract = contracts.of(channel.kind());
    return contract == null || contract.members() == null || !identity.mayUse(channel)
        ? null
        : contract;
  }

  /** Why there is no {@link #contract}: what is hidden is refused like what does not exist. */
  public Problem refusal(Identity identity, Channel channel) {
    Contract contract = contracts.of(channel.kind());
    return contract == null || !identity.mayUse(channel)
        ? notAllowed(channel)
        : Problem.of(
            ProblemCode.NOT_AVAILABLE,
            "channels of the kind " + channel.kind() + " have no members: its contract says so");
  }

  /** What the token alone may do. */
  public static Granted granted(Identity identity, Channel channel, Contract contract) {
    Contract.Members members = contract.members();
    return new Granted(
        contract.rights().create().allows(identity, channel),
        contract.rights().members().allows(identity, channel),
        members == null ? Set.of() : members.rolesThatMay(MemberMay.MEMBERS));
  }

  /**
   * Whether somebody may read a channel, and so its members.
   *
   * @param closed whether it has ever had a member
   * @param member whether they are one
   */
  public static boolean mayRead(
      Identity identity, Channel channel, Contract contract, boolean closed, boolean member) {
    Right subscribe = contract.rights().subscribe();
    if (!subscribe.allows(identity, channel)) {
      return false;
    }
    return !subscribe.asksMembership() || member || (subscribe == Right.TENANT && !closed);
  }

  /** The same words whatever the reason is. */
  public static Problem notAllowed(Channel channel) {
    return Problem.of(
        ProblemCode.FORBIDDEN,
        "you may not do this with the members of "
            + channel.name()
            + ", or it is not there: ask one of its members whose role may change members");
  }
}
