package io.tailrace.gateway.lane;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * How much all queues of a gateway may hold together, as their shards' accounts have it. A shard
 * knows its own account as it is and the others' as of their last turn. Any thread.
 *
 * <p>Queues begin to give before the bound is reached and give more than they must: between two
 * turns of a shard more may come, and looking for the largest of many queues at every turn would
 * cost more than it saves.
 */
public final class Budget {
  private final long bytesMax;
  private final List<Account> accounts = new CopyOnWriteArrayList<>();

  /**
   * A budget that nothing uses yet.
   *
   * @param bytesMax what queues may hold; bytes that several refer to are counted once a shard
   */
  public Budget(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** An account for one more shard. */
  public Account open() {
    Account account = new Account();
    accounts.add(account);
    return account;
  }

  /** A shard has ended. */
  public void close(Account account) {
    accounts.remove(account);
  }

  /** What all queues held when their shards last told. */
  public long knownBytes() {
    long bytes = 0;
    for (Account account : accounts) {
      bytes += account.knownBytes();
    }
    return bytes;
  }

  /** Whether queues must give: less than an eighth of the budget is left. */
  public boolean isShort(Account own) {
    return held(own) > bytesMax - bytesMax / 8;
  }

  /** Whether queues need give no more: a quarter of the budget is left. */
  public boolean isRelieved(Account own) {
    return held(own) <= bytesMax - bytesMax / 4;
  }

  /** How much the largest queue of all refers to, as the shards last told. */
  public long knownLargest() {
    long largest = 0;
    for (Account account : accounts) {
      largest = Math.max(largest, account.knownLargest());
    }
    return largest;
  }

  private long held(Account own) {
    long bytes = own.heldBytes();
    for (Account account : accounts) {
      bytes += account == own ? 0 : account.knownBytes();
    }
    return bytes;
  }
}
