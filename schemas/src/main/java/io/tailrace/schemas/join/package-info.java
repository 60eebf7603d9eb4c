/**
 * The question that a gateway asks the stores at every subscribe, as JSON between two services.
 * Reads: bytes. Writes: bytes. Thread: any. Bound: asks per request. When full: refused. Fails:
 * with IOException on what is no such JSON.
 */
@NullMarked
package io.tailrace.schemas.join;

import org.jspecify.annotations.NullMarked;
