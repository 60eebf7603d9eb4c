/**
 * Sends answers: tags, coding, pace. Reads: pieces of a body. Writes: responses. Thread: the
 * request's, or one of a few for streams, reads and codes a piece; the connection's I/O thread
 * writes what the socket did not take at once; none waits for a client. Bound: bytes of whole
 * answers under way, number of answers in pieces, time without progress. When full: {@code
 * overloaded}; a client that takes nothing for a minute is cut. Fails: a body that cannot be ended
 * is cut, which the client sees as such.
 */
@NullMarked
package io.tailrace.catchup.send;

import org.jspecify.annotations.NullMarked;
