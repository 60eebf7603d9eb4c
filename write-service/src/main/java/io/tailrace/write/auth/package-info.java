/**
 * Who writes, and whether they may. Reads: the Authorization header, contracts. Writes: nothing.
 * Thread: any. Bound: remembered tokens. When full: all are forgotten and verified anew. Fails:
 * with a problem for the client; never otherwise.
 */
@NullMarked
package io.tailrace.write.auth;

import org.jspecify.annotations.NullMarked;
