/** The two servers on real folders, across stops and kills. */
@NullMarked
package io.tailrace.embed;

import org.jspecify.annotations.NullMarked;
