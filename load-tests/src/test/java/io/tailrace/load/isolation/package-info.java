/** Whether anything of one tenant ever reaches another, and anything secret a log. */
@NullMarked
package io.tailrace.load.isolation;

import org.jspecify.annotations.NullMarked;
