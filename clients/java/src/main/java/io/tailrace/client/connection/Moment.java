package io.tailrace.client.connection;

/**
 * Now.
 *
 * @param runMs a clock that never jumps, but may stand still while the machine sleeps
 * @param wallMs milliseconds since 1970 by the machine's clock, which may jump
 * @param random in [0, 1), for pauses
 */
public record Moment(long runMs, long wallMs, double random) {}
