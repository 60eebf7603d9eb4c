/** Tests of the catch-up service as its callers meet it. */
@NullMarked
package io.tailrace.catchup;

import org.jspecify.annotations.NullMarked;
