/**
 * What goes beside the events of one channel: signals and receipts. Pure: no I/O, no clock, no
 * randomness.
 *
 * <ul>
 *   <li>Reads: frames of the lanes, what the application says, and the time, all as arguments.
 *   <li>Writes: what is to be said now and what is to be shown, carried out by the caller.
 *   <li>Thread: its caller's.
 *   <li>Bound: signals shown and held, readers remembered: constants of the classes.
 *   <li>When full: the oldest signals, and the readers that have not moved for longest, go.
 *   <li>Fails: never; a signal that is lost is lost, a receipt is said again until it is kept.
 * </ul>
 */
@NullMarked
package io.tailrace.client.lane;

import org.jspecify.annotations.NullMarked;
