/** Tests of the service's settings. */
@NullMarked
package io.tailrace.write;

import org.jspecify.annotations.NullMarked;
