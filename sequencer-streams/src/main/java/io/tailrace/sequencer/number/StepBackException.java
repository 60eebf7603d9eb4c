package io.tailrace.sequencer.number;

/**
 * A record of an older epoch reached the numbering of a channel that is further on. The position
 * rule makes that impossible, so the stored state is not what this log made of it: the process must
 * stop rather than number on.
 */
public final class StepBackException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  StepBackException(int have, int got) {
    super(
        "the channel is at epoch "
            + have
            + " and the record at "
            + got
            + ": the sequencer's state does not belong to this log; delete its state directory and"
            + " changelog topics");
  }
}
