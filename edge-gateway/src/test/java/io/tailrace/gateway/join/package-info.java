/** Tests of the windows. */
@NullMarked
package io.tailrace.gateway.join;

import org.jspecify.annotations.NullMarked;
