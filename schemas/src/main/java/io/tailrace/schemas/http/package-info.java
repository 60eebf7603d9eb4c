/**
 * What every HTTP server of Tailrace does alike: answers, problems, trace, tokens, origins, health.
 * Reads: requests. Writes: answers. Thread: Undertow's. Bound: body sizes. When full: 413 or 503.
 * Fails: with a problem document.
 */
@NullMarked
package io.tailrace.schemas.http;

import org.jspecify.annotations.NullMarked;
