/** What a running system shows of itself to those who look after it. */
@NullMarked
package io.tailrace.load.watch;

import org.jspecify.annotations.NullMarked;
