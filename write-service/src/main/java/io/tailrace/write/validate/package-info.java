/**
 * Whether a body is events that their contracts allow. Reads: the bytes of a request, contracts.
 * Writes: nothing. Thread: any; no state. Bound: the body's size by the caller; nesting, digits of
 * numbers and events of a transaction here. When full: refused with the JSON Pointer at fault.
 * Fails: never; a refusal is a value.
 */
@NullMarked
package io.tailrace.write.validate;

import org.jspecify.annotations.NullMarked;
