/** Tests of this stage alone. */
@NullMarked
package io.tailrace.relay.tail;

import org.jspecify.annotations.NullMarked;
