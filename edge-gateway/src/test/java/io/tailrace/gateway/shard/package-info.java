/** Tests of the pace. */
@NullMarked
package io.tailrace.gateway.shard;

import org.jspecify.annotations.NullMarked;
