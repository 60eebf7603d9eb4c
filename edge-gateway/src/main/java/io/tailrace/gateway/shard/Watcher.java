package io.tailrace.gateway.shard;

/** Looks at its connection now and then. Owned by the shard's thread. */
public interface Watcher {
  /** Time has passed. */
  void look(long nowMs);

  /** The connection is about to be closed; what is queued now still goes out. */
  void ends(long nowMs);
}
