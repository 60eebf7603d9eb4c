/**
 * Regions: which others a region is told of, under which names their topics are mirrored here, and
 * how old what they wrote is. Reads: settings, times of records. Writes: nothing. Thread: the
 * caller's. Bound: a clock is a few numbers. When full: does not apply. Fails: a name that cannot
 * be a region's is refused at the start.
 */
@NullMarked
package io.tailrace.schemas.region;

import org.jspecify.annotations.NullMarked;
