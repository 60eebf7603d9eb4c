package io.tailrace.gateway.ephemeral;

import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.session.Peer;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.token.Identity;
import java.util.Set;

/**
 * What shards tell the hub. A channel is given by its full name, {@code tenant/kind:id}. Of a peer
 * only what never changes may be read here: its session, its wire, and whether it is the same.
 */
public sealed interface HubInput {
  /** The full name of the channel. */
  String channel();

  /** The connection. */
  Peer peer();

  /**
   * A subscription has gone live. For one channel and peer it comes once before {@link Left}.
   *
   * @param lanes the lanes that it takes, of those that the contract has
   */
  record Entered(String channel, Peer peer, Identity identity, Contract contract, Set<Lane> lanes)
      implements HubInput {
    /** Copies the collection. */
    public Entered {
      lanes = Set.copyOf(lanes);
    }
  }

  /** A live subscription has ended, for whatever reason: never lost, also where the hub is full. */
  record Left(String channel, Peer peer) implements HubInput {}

  /**
   * Changes of presence that were to go to a connection have been shed, so its list of the channel
   * is out of date: the whole state is to be shown to it anew, and it is shown no change before.
   * Comes between {@link Entered} and {@link Left}; never lost.
   */
  record Missed(String channel, Peer peer) implements HubInput {}

  /**
   * A client frame that has passed all checks: {@code Signal} or {@code Presence}. Comes between
   * {@link Entered} and {@link Left} of its channel and peer; lost where the hub is full.
   */
  record Said(String channel, Peer peer, Identity identity, ClientFrame frame)
      implements HubInput {}

  /**
   * A {@code receipt} that has passed all checks. Comes between {@link Entered} and {@link Left} of
   * its channel and peer; lost where the hub is full.
   *
   * @param epoch epoch of the subscription, and so of the seq
   * @param seq not above what the subscription was given
   */
  record HasRead(String channel, Peer peer, Identity identity, int epoch, long seq)
      implements HubInput {}
}
