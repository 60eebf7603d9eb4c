/** Tests of the sequencer as a whole, on a real broker. */
@NullMarked
package io.tailrace.sequencer;

import org.jspecify.annotations.NullMarked;
