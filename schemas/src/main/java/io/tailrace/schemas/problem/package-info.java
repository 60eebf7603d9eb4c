/**
 * Every refusal that a client can meet: one table of code, HTTP status, close code and retry.
 * Reads: nothing. Writes: nothing. Thread: any. Bound: does not apply. When full: does not apply.
 * Fails: never.
 */
@NullMarked
package io.tailrace.schemas.problem;

import org.jspecify.annotations.NullMarked;
