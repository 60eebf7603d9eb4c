package io.tailrace.client.channel;

import java.util.List;

/** The next state, and what to do on the way there. */
public record Decision(ChannelState state, List<ChannelAction> actions) {}
