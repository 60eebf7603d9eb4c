/** Tests of this stage alone. */
@NullMarked
package io.tailrace.relay.translate;

import org.jspecify.annotations.NullMarked;
