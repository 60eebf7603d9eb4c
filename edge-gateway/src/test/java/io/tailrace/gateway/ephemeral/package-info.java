/** Tests of what is decided about ephemeral traffic. */
@NullMarked
package io.tailrace.gateway.ephemeral;

import org.jspecify.annotations.NullMarked;
