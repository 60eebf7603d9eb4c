/** Tests of the sequencer's core. */
@NullMarked
package io.tailrace.sequencer.emit;

import org.jspecify.annotations.NullMarked;
