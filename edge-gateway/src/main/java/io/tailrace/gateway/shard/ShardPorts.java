package io.tailrace.gateway.shard;

import io.tailrace.gateway.hub.Hub;
import io.tailrace.gateway.join.JoinClient;
import io.tailrace.gateway.measure.GatewayMetrics;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** What a shard uses of the world. */
public record ShardPorts(
    JoinClient joins,
    GatewayMetrics metrics,
    InstantSource clock,
    LongSupplier nanoTime,
    Seats seats,
    Hub hub) {}
