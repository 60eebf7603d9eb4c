/**
 * Answers what is not live: history, pages, snapshots, and the gateways' joins. In the order of a
 * request's way:
 *
 * <ol>
 *   <li>{@code http}: which path, which parameters.
 *   <li>{@code auth}: may this token read this channel?
 *   <li>{@code route}: is its partition here, or with another process of the group?
 *   <li>{@code await}: until the store has what was asked for.
 *   <li>{@code read}, {@code snapshot}, {@code join}: the answer, from one position of the store,
 *       which the sequencer's module defines and this process runs; {@code stream}: an answer of
 *       any size, from many; {@code receipt}: what has been read, which for one reader's channels
 *       is gathered from all partitions.
 *   <li>{@code send}: coding, and the client's pace.
 * </ol>
 *
 * Reads: {@code tailrace.events}, {@code tailrace.receipts}. Writes: answers, the state folder.
 * Thread: virtual threads for requests, Streams' own for the store. Bound: per package. When full:
 * per package. Fails: with a problem document that says what to do.
 */
@NullMarked
package io.tailrace.catchup;

import org.jspecify.annotations.NullMarked;
