/** Tests of the windows. */
@NullMarked
package io.tailrace.gateway.admit;

import org.jspecify.annotations.NullMarked;
