/** Tests of this stage alone. */
@NullMarked
package io.tailrace.relay.publish;

import org.jspecify.annotations.NullMarked;
