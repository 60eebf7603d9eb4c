package io.tailrace.gateway.ephemeral;

/**
 * How often, and how much at once, something ephemeral is shown where very many look. To show
 * anything is a write to every reader's socket, 8 µs each as measured for events: what nobody has
 * to see at once is gathered, so that up to 20,000 readers cost a twelfth of a core, however many
 * of them type. Events are not gathered.
 */
final class Crowd {
  /** So many readers are shown everything as it comes. */
  static final int FEW = 200;

  private static final int READERS_PER_MS = 10;
  private static final long GATHER_MS_MOST = 2000;

  /** What lies in queues for one show: with 10,000 readers four frames for each. */
  private static final int FRAMES_MOST = 40_000;

  private Crowd() {}

  /** How long what has come waits for what comes after it, in milliseconds; 0 for few readers. */
  static long gatherMs(int readers) {
    return readers <= FEW ? 0 : Math.min(GATHER_MS_MOST, readers / READERS_PER_MS);
  }

  /** How many frames are shown at once: the latest. */
  static int framesMost(int readers) {
    return Math.max(1, FRAMES_MOST / Math.max(1, readers));
  }
}
