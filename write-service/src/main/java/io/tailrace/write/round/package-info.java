/**
 * Work at the database that comes round again and again. Reads: nothing of its own. Writes: what
 * the work writes. Thread: one for each work. Bound: one round at a time. When full: a round that
 * takes longer delays the next. Fails: a round that fails is logged, and the next one does it.
 */
@NullMarked
package io.tailrace.write.round;

import org.jspecify.annotations.NullMarked;
