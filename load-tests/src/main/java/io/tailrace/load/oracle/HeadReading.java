package io.tailrace.load.oracle;

/**
 * One answer to "where does this channel end", in the order in which the reader got them.
 *
 * @param reader only the answers to one reader are compared with each other; replicas may differ
 *     among readers
 */
public record HeadReading(String reader, int epoch, long head, long chain) {}
