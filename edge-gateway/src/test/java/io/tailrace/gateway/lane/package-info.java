/** Tests of the queue. */
@NullMarked
package io.tailrace.gateway.lane;

import org.jspecify.annotations.NullMarked;
