/** Tests of {@code io.tailrace.client.link}. */
@NullMarked
package io.tailrace.client.link;

import org.jspecify.annotations.NullMarked;
