/** Tests of {@code io.tailrace.client.connection}. */
@NullMarked
package io.tailrace.client.connection;

import org.jspecify.annotations.NullMarked;
