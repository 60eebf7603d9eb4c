/**
 * PostgreSQL beside this JVM and a Kafka broker inside it, each on a folder that outlives both.
 *
 * <ul>
 *   <li>Reads: the folder that the caller names, and PostgreSQL's binaries from the class path.
 *   <li>Writes: that folder; the unpacked binaries, once per version, in the user's cache folder.
 *   <li>Thread: every method may block for seconds; call them from one thread per server.
 *   <li>Bound: starting and stopping give up after a minute.
 *   <li>When full: a full disk stops the server concerned; its log says so.
 *   <li>Fails: {@link io.tailrace.embed.EmbedException} with what to do.
 * </ul>
 */
@NullMarked
package io.tailrace.embed;

import org.jspecify.annotations.NullMarked;
