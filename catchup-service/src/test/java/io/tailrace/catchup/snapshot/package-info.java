/** Tests of snapshots. */
@NullMarked
package io.tailrace.catchup.snapshot;

import org.jspecify.annotations.NullMarked;
