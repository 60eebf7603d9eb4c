package io.tailrace.sequencer.store;

/** Says which process of the group feeds a partition, as of its last rebalance. Thread: any. */
@FunctionalInterface
public interface HistoryOwners {
  /** Who feeds a partition. */
  sealed interface Owner {
    /** This process; its store may still be restored. */
    record Here() implements Owner {}

    /** Another process, at the address that it advertises. It may be gone by now. */
    record At(String host, int port) implements Owner {}

    /** Nobody that is known: the group is being formed, or its owner advertises no address. */
    record Unknown() implements Owner {}
  }

  /** The owner of a partition. */
  Owner of(int partition);
}
