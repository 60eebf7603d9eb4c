/** Tests of {@code io.tailrace.client.channel}. */
@NullMarked
package io.tailrace.client.channel;

import org.jspecify.annotations.NullMarked;
