/**
 * The compose files, on a Docker engine: what they bring up keeps its promises. Where none answers,
 * it says so and is skipped.
 */
@NullMarked
package io.tailrace.load.compose;

import org.jspecify.annotations.NullMarked;
