package io.tailrace.gateway.subscribe;

import io.tailrace.gateway.lane.Lane;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.token.Identity;
import java.util.EnumSet;
import java.util.Set;

/** What may be subscribed to, as the contracts say it. Any thread. */
public final class ByContract implements SubscribeDesk.Permission {
  private final Contracts contracts;

  /** Over the contracts of an installation. */
  public ByContract(Contracts contracts) {
    this.contracts = contracts;
  }

  @Override
  public int subscriptionsMax(Identity identity, Channel channel) {
    Contract contract = contracts.of(channel.kind());
    return contract == null || !contract.rights().subscribe().allows(identity, channel)
        ? 0
        : contract.limits().subscriptions();
  }

  @Override
  public Set<Lane> lanes(Channel channel) {
    Set<Lane> lanes = EnumSet.of(Lane.EVENT);
    Contract contract = contracts.of(channel.kind());
    if (contract != null) {
      for (String word : contract.lanes()) {
        Lane lane = Lane.of(word);
        if (lane == null) {
          throw new IllegalStateException("the contract has no such lane: " + word);
        }
        lanes.add(lane);
      }
    }
    return lanes;
  }
}
