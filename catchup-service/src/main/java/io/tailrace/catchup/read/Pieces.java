package io.tailrace.catchup.read;

import io.tailrace.schemas.problem.Problem;

/**
 * A body that is read piece by piece while it is sent, so that neither its size nor a slow reader
 * holds memory or a view of the store. Asked by one thread at a time.
 */
public interface Pieces {
  /** Bytes after which a piece ends; one event is given even where it alone is larger. */
  int BYTES = 256 * 1024;

  /** A piece of the body. */
  sealed interface Piece {
    /** More follow. */
    @SuppressWarnings("ArrayRecordComponent") // bytes are sent, never compared or changed
    record More(byte[] bytes) implements Piece {}

    /** The body ends with these. */
    @SuppressWarnings("ArrayRecordComponent") // bytes are sent, never compared or changed
    record Last(byte[] bytes) implements Piece {}

    /**
     * The body cannot be ended as it was begun: the connection has to be cut, or, where nothing has
     * been sent yet, the problem is the answer.
     */
    record Broken(Problem problem) implements Piece {}
  }

  /** The next piece; not asked again after the last. May wait for the store, bounded. */
  Piece next() throws InterruptedException;
}
