/**
 * Who speaks: keys per tenant, tokens verified, development tokens signed. Reads: key files.
 * Writes: nothing. Thread: any. Bound: token length. When full: refused. Fails: a bad token is a
 * value, a bad key file an exception that names it.
 */
@NullMarked
package io.tailrace.schemas.token;

import org.jspecify.annotations.NullMarked;
