/** Tests of this stage alone. */
@NullMarked
package io.tailrace.relay.slot;

import org.jspecify.annotations.NullMarked;
