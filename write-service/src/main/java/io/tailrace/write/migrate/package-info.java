/**
 * Brings the database to the shape that this version needs, before anything is served. Reads: the
 * scripts of {@code tailrace/sql}, the server's settings. Writes: the schema {@code tailrace}, the
 * kinds of the contracts. Thread: the starting one. Bound: the wait for a database that is not
 * there yet. When full: does not apply. Fails: the start fails, saying what to do.
 */
@NullMarked
package io.tailrace.write.migrate;

import org.jspecify.annotations.NullMarked;
