package io.tailrace.load.driver;

import org.jspecify.annotations.Nullable;

/**
 * A channel that has members, or gets its first one while the run goes on.
 *
 * @param keeper its first member, who is owner and never removed; null where everybody may be
 * @param closesAtNanos until then nobody is made a member; of {@link System#nanoTime}
 */
public record MemberRoom(String channel, @Nullable String keeper, long closesAtNanos) {}
