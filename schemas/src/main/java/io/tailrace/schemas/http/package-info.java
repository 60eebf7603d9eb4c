/**
 * What every HTTP server of Tailrace does alike: its port with or without TLS, answers, problems,
 * trace, tokens, origins, proxies, health. Reads: requests, the certificate's files. Writes:
 * answers. Thread: Undertow's, and one that looks at the files. Bound: connections; heads,
 * parameters and cookies; bodies; a time for each part of a handshake and a request. When full: 413
 * or 503; a connection beyond the bound waits to be accepted; who is too slow is cut. Fails: with a
 * problem document; a certificate that cannot be used leaves the old one in force.
 */
@NullMarked
package io.tailrace.schemas.http;

import org.jspecify.annotations.NullMarked;
