/**
 * Pages: aligned runs of 256 events that never change once complete. Reads: the store. Writes:
 * JSON. Thread: the request's. Bound: 256 events. When full: does not apply. Fails: refusals are
 * values.
 */
@NullMarked
package io.tailrace.catchup.page;

import org.jspecify.annotations.NullMarked;
