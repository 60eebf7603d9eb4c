/** Tests of what goes beside events. */
@NullMarked
package io.tailrace.client.lane;

import org.jspecify.annotations.NullMarked;
