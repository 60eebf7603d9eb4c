/**
 * Events and what places them: envelope, position in the source, seq, chain. Reads: bytes. Writes:
 * nothing. Thread: any. Bound: does not apply. When full: does not apply. Fails: on malformed text,
 * by exception of the parse method.
 */
@NullMarked
package io.tailrace.schemas.event;

import org.jspecify.annotations.NullMarked;
