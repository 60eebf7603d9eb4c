/** Checks of the house: what may use what, how files look. */
@NullMarked
package io.tailrace.load.house;

import org.jspecify.annotations.NullMarked;
