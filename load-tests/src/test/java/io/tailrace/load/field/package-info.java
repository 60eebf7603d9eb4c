/** What users of such systems have reported, tried on the whole system. */
@NullMarked
package io.tailrace.load.field;

import org.jspecify.annotations.NullMarked;
