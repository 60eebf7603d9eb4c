package io.tailrace.gateway.fanout;

import io.tailrace.gateway.lane.Account;
import io.tailrace.gateway.lane.Budget;
import io.tailrace.gateway.session.Decision;
import io.tailrace.gateway.session.Happening;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.Subscription;
import io.tailrace.gateway.subscribe.Endings;
import io.tailrace.schemas.problem.ProblemCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Makes the largest queues give where all queues together hold too much: first what may be shed,
 * then events, whose subscriptions are {@code behind} below them; a connection that holds as much
 * after that is closed. Queues of less than half the largest one of the gateway give nothing: their
 * turn comes when the larger have given. Owned by the shard's thread.
 */
final class Eviction {
  private final Budget budget;
  private final Account account;
  private final Set<Peer> peers;
  private final Endings endings;
  private final Decision decision;

  Eviction(Budget budget, Set<Peer> peers, Endings endings, Decision decision) {
    this.budget = budget;
    this.account = budget.open();
    this.peers = peers;
    this.endings = endings;
    this.decision = decision;
  }

  Account account() {
    return account;
  }

  /** Tells other shards of the largest queue; now and then. */
  void look() {
    long largest = 0;
    for (Peer peer : peers) {
      largest = Math.max(largest, peer.queue().size());
    }
    account.makeKnown(largest);
  }

  /** Asked at the end of every turn. */
  void check() {
    if (budget.isShort(account)) {
      long before;
      do {
        before = account.heldBytes();
        look();
        relieve(budget.knownLargest() / 2);
      } while (!budget.isRelieved(account) && account.heldBytes() < before);
      look();
    }
    account.makeKnown();
  }

  /** The shard has ended. */
  void end() {
    budget.close(account);
  }

  private void relieve(long floor) {
    List<Peer> largest = new ArrayList<>();
    for (Peer peer : peers) {
      if (peer.queue().size() > floor && !peer.isClosing()) {
        largest.add(peer);
      }
    }
    largest.sort(Comparator.comparingLong((Peer peer) -> peer.queue().size()).reversed());
    for (Peer peer : largest) {
      while (!budget.isRelieved(account) && peer.queue().shedLowest()) {
        decision.happened(Happening.EVICTED);
      }
    }
    for (Peer peer : largest) {
      if (budget.isRelieved(account)) {
        return;
      }
      dropEvents(peer);
    }
    for (Peer peer : largest) {
      if (budget.isRelieved(account)) {
        return;
      }
      if (peer.queue().size() > floor) {
        peer.queue().dropUnsent();
        decision.happened(Happening.EVICTED);
        decision.close(peer, ProblemCode.TOO_SLOW, "what waits for all clients is too much");
      }
    }
  }

  private void dropEvents(Peer peer) {
    peer.queue()
        .dropEvents(owner -> owner instanceof Subscription subscription && isCurrent(subscription))
        .forEach((owner, after) -> {
          if (owner instanceof Subscription subscription) {
            decision.happened(Happening.EVICTED);
            subscription.advance(after);
            endings.behind(subscription);
          }
        });
  }

  /** Of one that has ended, the client has been told where: that must stay true. */
  private static boolean isCurrent(Subscription subscription) {
    return subscription.peer().subscriptions().get(subscription.room().window().channel())
        == subscription;
  }
}
