/** A network in which packets vanish without a word: nobody is told that the other side is gone. */
@NullMarked
package io.tailrace.load.netns;

import org.jspecify.annotations.NullMarked;
