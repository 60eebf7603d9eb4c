package io.tailrace.load.driver;

import io.tailrace.load.oracle.Access;
import io.tailrace.load.oracle.Acknowledgement;
import io.tailrace.load.oracle.ChannelRun;
import io.tailrace.load.oracle.HeadReading;
import io.tailrace.load.oracle.OwnRead;
import io.tailrace.load.oracle.Reference;
import io.tailrace.load.oracle.SnapshotReading;
import io.tailrace.load.oracle.Witness;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What all drivers of a run saw, by channel; safe for all their threads. A run's length and rate
 * bound it.
 */
public final class Ledger {

  private static final class Page {
    final Reference committed;
    final List<Acknowledgement> acknowledged = new ArrayList<>();
    final Set<UUID> rolledBack = new HashSet<>();
    final List<Witness> witnesses = new ArrayList<>();
    final List<HeadReading> heads = new ArrayList<>();
    final List<OwnRead> ownReads = new ArrayList<>();
    final List<SnapshotReading> snapshots = new ArrayList<>();
    Access access = Access.UNWATCHED;

    Page(int epoch) {
      committed = new Reference(epoch);
    }
  }

  private final Map<String, Page> pages = new LinkedHashMap<>();
  private final Set<UUID> sentinels = new HashSet<>();
  private long committed;
  private long acknowledged;

  /**
   * @param channels names inside the tenant
   */
  public Ledger(List<String> channels, int epoch) {
    channels.forEach(channel -> pages.put(channel, new Page(epoch)));
  }

  /** A row in commit order; rows of channels outside the run are left out. */
  public synchronized void committed(CommittedRow row) {
    var page = pages.get(row.channel().substring(row.channel().indexOf('/') + 1));
    if (page != null) {
      page.committed.append(row.envelope(), row.data());
      committed++;
    } else {
      sentinels.remove(UUID.fromString(row.envelope().id()));
    }
    notifyAll();
  }

  public synchronized void acknowledged(String channel, Acknowledgement promise) {
    page(channel).acknowledged.add(promise);
    acknowledged++;
  }

  public synchronized void rolledBack(String channel, UUID id) {
    page(channel).rolledBack.add(id);
  }

  public synchronized void witnessed(String channel, Witness witness) {
    page(channel).witnesses.add(witness);
  }

  public synchronized void head(String channel, HeadReading reading) {
    page(channel).heads.add(reading);
  }

  public synchronized void ownRead(String channel, OwnRead read) {
    page(channel).ownReads.add(read);
  }

  public synchronized void snapshot(String channel, SnapshotReading reading) {
    page(channel).snapshots.add(reading);
  }

  /** What is known of a channel's readers as users who come and go. */
  public synchronized void watched(String channel, Access access) {
    page(channel).access = access;
  }

  /** Whether the user may read the channel at its end, as far as is known. */
  public synchronized boolean mayRead(String channel, String user) {
    return page(channel).committed.members().last(user) != null;
  }

  /** Names a row outside the run's channels whose commit {@link #awaitSentinels} waits for. */
  public synchronized void expectSentinel(UUID id) {
    sentinels.add(id);
  }

  /**
   * Waits until every sentinel has been committed; what was committed before them is then known.
   * False after the time-out.
   */
  public synchronized boolean awaitSentinels(long timeoutMs) throws InterruptedException {
    long deadline = System.nanoTime() + timeoutMs * 1_000_000;
    while (!sentinels.isEmpty()) {
      long leftMs = (deadline - System.nanoTime()) / 1_000_000;
      if (leftMs <= 0) {
        return false;
      }
      wait(leftMs);
    }
    return true;
  }

  /** How far PostgreSQL has committed the channel, as far as is known. */
  public synchronized long head(String channel) {
    return page(channel).committed.head();
  }

  public synchronized long committedCount() {
    return committed;
  }

  public synchronized long acknowledgedCount() {
    return acknowledged;
  }

  public synchronized List<String> channels() {
    return List.copyOf(pages.keySet());
  }

  /** Everything, for the oracle; to be asked for when the drivers have ended. */
  public synchronized List<ChannelRun> runs() {
    return pages.entrySet().stream()
        .map(entry -> {
          var page = entry.getValue();
          return new ChannelRun(
              entry.getKey(),
              page.committed,
              page.acknowledged,
              page.rolledBack,
              page.witnesses,
              page.heads,
              page.ownReads,
              page.snapshots,
              page.access);
        })
        .toList();
  }

  private Page page(String channel) {
    var page = pages.get(channel);
    if (page == null) {
      throw new ProtocolViolation(
          "an answer speaks of a channel that nobody asked for: " + channel);
    }
    return page;
  }
}
