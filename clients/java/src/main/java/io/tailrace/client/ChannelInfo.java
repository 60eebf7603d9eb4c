package io.tailrace.client;

/**
 * A channel's place now.
 *
 * @param head highest seq, 0 without events
 * @param chain 16 hexadecimal digits, the chain at {@code head}
 * @param first lowest seq that history still has
 */
public record ChannelInfo(String channel, int epoch, long head, String chain, long first) {}
