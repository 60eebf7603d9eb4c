package io.tailrace.client;

/**
 * Where a client's tokens come from. Called from network threads, one call at a time; may block.
 */
@FunctionalInterface
public interface TokenSource {
  /**
   * A token that is good now.
   *
   * @param fresh whether the one given before will not do any more: it runs out, or the server has
   *     refused it
   */
  String token(boolean fresh);
}
