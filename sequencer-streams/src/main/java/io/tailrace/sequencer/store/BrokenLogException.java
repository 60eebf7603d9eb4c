package io.tailrace.sequencer.store;

/** The log of events contradicts itself or the store: history stops rather than serve it. */
public final class BrokenLogException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  BrokenLogException(String channel, String reason, int partition, long offset) {
    super(
        "tailrace.events partition "
            + partition
            + " offset "
            + offset
            + ", channel "
            + channel
            + ": "
            + reason
            + "; if the topic was made anew, delete this service's state directory");
  }
}
