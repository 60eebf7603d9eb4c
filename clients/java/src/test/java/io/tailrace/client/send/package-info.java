/** Tests of {@code io.tailrace.client.send}. */
@NullMarked
package io.tailrace.client.send;

import org.jspecify.annotations.NullMarked;
