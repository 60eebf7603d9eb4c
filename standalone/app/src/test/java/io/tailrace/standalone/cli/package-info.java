/** The command line, without a server. */
@NullMarked
package io.tailrace.standalone.cli;

import org.jspecify.annotations.NullMarked;
