/** Tests of who is here. */
@NullMarked
package io.tailrace.catchup.presence;

import org.jspecify.annotations.NullMarked;
