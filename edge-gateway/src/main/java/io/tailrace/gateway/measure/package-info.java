/**
 * What the gateway measures. Reads: nothing. Writes: meters. Thread: any. Bound: the labels are the
 * values of enumerations and of the table of problems, never a channel or a user. When full: does
 * not apply. Fails: never.
 */
@NullMarked
package io.tailrace.gateway.measure;

import org.jspecify.annotations.NullMarked;
