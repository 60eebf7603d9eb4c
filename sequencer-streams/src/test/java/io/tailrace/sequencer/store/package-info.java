/** Tests of the history store. */
@NullMarked
package io.tailrace.sequencer.store;

import org.jspecify.annotations.NullMarked;
