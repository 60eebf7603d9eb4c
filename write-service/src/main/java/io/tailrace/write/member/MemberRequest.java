package io.tailrace.write.member;

import io.tailrace.schemas.name.Channel;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A change of one member, with what the token says about its author.
 *
 * @param role null: the user is removed
 * @param event id of the event that says so
 * @param at when, in microseconds
 * @param reason why, as the audit keeps it
 * @param mayCreate whether the author may make the channel, should it not be there
 * @param mayChange whether the author may change the members of every channel of the kind
 * @param changers the roles whose members may change the members of their channel
 */
public record MemberRequest(
    Channel channel,
    String user,
    @Nullable String role,
    String author,
    String event,
    Instant at,
    String traceparent,
    @Nullable String reason,
    boolean mayCreate,
    boolean mayChange,
    Set<String> changers) {}
