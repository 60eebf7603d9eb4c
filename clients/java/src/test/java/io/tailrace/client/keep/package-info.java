/** Tests of {@code io.tailrace.client.keep}. */
@NullMarked
package io.tailrace.client.keep;

import org.jspecify.annotations.NullMarked;
