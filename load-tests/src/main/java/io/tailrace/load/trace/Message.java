package io.tailrace.load.trace;

/**
 * One line of a trace.
 *
 * @param atSeconds seconds since the start of the recording
 * @param bytes the size of the text
 */
public record Message(long atSeconds, int channel, int author, int bytes) {}
