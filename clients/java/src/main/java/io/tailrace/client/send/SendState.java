package io.tailrace.client.send;

import java.util.List;

/**
 * The writes of one channel that are not settled.
 *
 * @param items in the order of the calls; the first one is being sent, or pauses
 * @param attempt number of the latest attempt
 * @param sending whether it is under way; else, where there are items, it pauses
 * @param failures of the first item in a row
 */
public record SendState(List<SendItem> items, long attempt, boolean sending, int failures) {
  /** Nothing to do; the next attempt has a higher number than this. */
  public static SendState idle(long attempt) {
    return new SendState(List.of(), attempt, false, 0);
  }

  /** Copies the items. */
  public SendState {
    items = List.copyOf(items);
  }
}
