/** Tests of {@code io.tailrace.client}. */
@NullMarked
package io.tailrace.client;

import org.jspecify.annotations.NullMarked;
