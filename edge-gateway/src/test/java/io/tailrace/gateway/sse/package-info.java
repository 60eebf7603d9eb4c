/** Tests of the cursor. */
@NullMarked
package io.tailrace.gateway.sse;

import org.jspecify.annotations.NullMarked;
