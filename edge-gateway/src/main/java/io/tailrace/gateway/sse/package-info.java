/**
 * Server-sent events over the response channel, and the session cookie that browsers need for them.
 * Reads: requests. Writes: the same frames as sockets, and a cursor from which a reader resumes.
 * Thread: the I/O thread of the connection. Bound: channels per stream, the bytes of a token in a
 * cookie; connections as for sockets. When full: 503 or 429 with {@code Retry-After}; a stream
 * whose subscription ends says where it stood and ends too, and its reader comes back. Fails: a
 * dead reader is found when comments are not taken.
 */
@NullMarked
package io.tailrace.gateway.sse;

import org.jspecify.annotations.NullMarked;
