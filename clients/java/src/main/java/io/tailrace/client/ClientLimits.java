package io.tailrace.client;

/**
 * The client's bounds.
 *
 * @param inboxFrames frames that wait for the loop; then the socket is not read
 * @param bufferEvents live events of one channel that wait during its catch-up; then it subscribes
 *     once more
 * @param pageEvents events per history request
 * @param historyRequests history requests under way at once
 * @param wantsPerFrame channels per subscribe frame
 */
public record ClientLimits(
    int inboxFrames, int bufferEvents, int pageEvents, int historyRequests, int wantsPerFrame) {
  /** For one application with up to some thousand channels. */
  public static final ClientLimits STANDARD = new ClientLimits(1024, 10_000, 1000, 8, 500);
}
