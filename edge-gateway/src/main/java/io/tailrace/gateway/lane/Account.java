package io.tailrace.gateway.lane;

/**
 * What the queues of one shard hold and have shed. Owned by the shard's thread, but for what it
 * makes known.
 */
public final class Account {
  private static final int LANES = Lane.values().length;

  private final long[] shed = new long[LANES];
  private final long[] coalesced = new long[LANES];
  private long heldBytes;
  private volatile long knownBytes;
  private volatile long knownLargest;

  /**
   * Told what was dropped in one lane.
   *
   * @see Account#drainTo
   */
  @FunctionalInterface
  public interface Reader {
    /** So many entries were shed, and so many replaced by later ones. */
    void lane(Lane lane, long shed, long coalesced);
  }

  /**
   * How many bytes are held: {@link SendQueue#ENTRY_BYTES} for each entry, answers whole, and bytes
   * that queues share once, however many refer to them.
   */
  public long heldBytes() {
    return heldBytes;
  }

  /** What has been shed and replaced since the last call, lanes without any left out. */
  public void drainTo(Reader reader) {
    for (Lane lane : Lane.values()) {
      int i = lane.place();
      if (shed[i] + coalesced[i] > 0) {
        reader.lane(lane, shed[i], coalesced[i]);
        shed[i] = 0;
        coalesced[i] = 0;
      }
    }
  }

  void holds(long moreBytes) {
    heldBytes += moreBytes;
  }

  void shed(Lane lane) {
    shed[lane.place()]++;
  }

  void coalesced(Lane lane) {
    coalesced[lane.place()]++;
  }

  /** Makes known to other shards what is held. */
  public void makeKnown() {
    knownBytes = heldBytes;
  }

  /** Makes known to other shards how much the largest of its queues refers to. */
  public void makeKnown(long largest) {
    knownLargest = largest;
  }

  /** What was held when that was last made known. Any thread. */
  long knownBytes() {
    return knownBytes;
  }

  /** How much its largest queue referred to when that was last made known. Any thread. */
  long knownLargest() {
    return knownLargest;
  }
}
