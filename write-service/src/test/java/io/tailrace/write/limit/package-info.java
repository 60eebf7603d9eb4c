/** Tests of the limits. */
@NullMarked
package io.tailrace.write.limit;

import org.jspecify.annotations.NullMarked;
