/**
 * The paths of the catch-up service. Reads: requests. Writes: answers. Thread: virtual, one per
 * request. Bound: requests that wait, bytes of answers that are being sent. When full: {@code
 * overloaded}. Fails: problem documents.
 */
@NullMarked
package io.tailrace.catchup.http;

import org.jspecify.annotations.NullMarked;
