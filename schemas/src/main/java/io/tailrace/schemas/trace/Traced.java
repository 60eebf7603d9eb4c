package io.tailrace.schemas.trace;

/**
 * An event whose trace is sampled.
 *
 * @param id of the event
 * @param traceparent of its write, W3C
 */
public record Traced(String id, String traceparent) {}
