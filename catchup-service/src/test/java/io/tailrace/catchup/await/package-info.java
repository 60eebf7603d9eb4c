/** Tests of waits on the store. */
@NullMarked
package io.tailrace.catchup.await;

import org.jspecify.annotations.NullMarked;
