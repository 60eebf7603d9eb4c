/** Everything that may be sent wrongly, against the running system. */
@NullMarked
package io.tailrace.load.input;

import org.jspecify.annotations.NullMarked;
