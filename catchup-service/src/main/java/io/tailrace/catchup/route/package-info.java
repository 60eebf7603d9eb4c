/**
 * Which process of the group answers for a channel, and the hop to it. Reads: the group's metadata,
 * answers of other processes. Writes: requests to them, their answers to the client. Thread: the
 * request's until the answer begins; then the client library's and the I/O thread, as the client
 * makes room. Bound: requests under way, time until an answer begins. When full: {@code
 * overloaded}. Fails: an owner that is gone or moved is looked up again for two seconds, then
 * {@code not_ready}.
 */
@NullMarked
package io.tailrace.catchup.route;

import org.jspecify.annotations.NullMarked;
