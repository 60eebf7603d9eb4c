/**
 * Spans of an event's way, sent to an OTLP collector where one is named. Reads: nothing. Writes:
 * spans over HTTP. Thread: any to make them; the library's own sends. Bound: 8,192 spans that wait.
 * When full: further spans are left out; nothing else waits for them. Fails: never; what cannot be
 * sent is logged by the library and left out.
 */
@NullMarked
package io.tailrace.schemas.trace;

import org.jspecify.annotations.NullMarked;
