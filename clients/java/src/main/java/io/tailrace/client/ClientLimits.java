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
 * @param pendingSends writes that wait to be committed; then a further one is refused at once
 * @param cacheEvents events of one channel that a cache keeps, the latest ones
 */
public record ClientLimits(
    int inboxFrames,
    int bufferEvents,
    int pageEvents,
    int historyRequests,
    int wantsPerFrame,
    int pendingSends,
    int cacheEvents) {
  /** For one application with up to some thousand channels. */
  public static final ClientLimits STANDARD =
      new ClientLimits(1024, 10_000, 1000, 8, 500, 1000, 1000);
}
