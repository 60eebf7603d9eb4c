/**
 * Log lines as JSON, keyed, without payloads. Reads: log calls. Writes: standard error. Thread:
 * any. Bound: does not apply. When full: does not apply. Fails: never.
 */
@NullMarked
package io.tailrace.schemas.log;

import org.jspecify.annotations.NullMarked;
