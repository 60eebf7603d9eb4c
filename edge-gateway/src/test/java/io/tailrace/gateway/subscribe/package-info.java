/** Tests of the join. */
@NullMarked
package io.tailrace.gateway.subscribe;

import org.jspecify.annotations.NullMarked;
