/** Tests of the windows. */
@NullMarked
package io.tailrace.gateway.resume;

import org.jspecify.annotations.NullMarked;
