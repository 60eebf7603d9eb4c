/** Tests of what the whole says about itself. */
@NullMarked
package io.tailrace.standalone;

import org.jspecify.annotations.NullMarked;
