/** Tests of {@code io.tailrace.client.wire}. */
@NullMarked
package io.tailrace.client.wire;

import org.jspecify.annotations.NullMarked;
