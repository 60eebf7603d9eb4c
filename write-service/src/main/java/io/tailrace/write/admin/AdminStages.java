package io.tailrace.write.admin;

import io.tailrace.write.admit.Admission;
import io.tailrace.write.audit.AuditLog;
import io.tailrace.write.auth.TokenCache;
import io.tailrace.write.broadcast.BroadcastRunner;
import io.tailrace.write.broadcast.Jobs;
import io.tailrace.write.limit.PublishLimits;
import io.tailrace.write.validate.BroadcastValidator;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What an administrator's request goes through.
 *
 * @param ids of jobs whose writer chose none
 */
public record AdminStages(
    TokenCache tokens,
    Admission admission,
    PublishLimits limits,
    BroadcastValidator validator,
    Supplier<UUID> ids,
    Jobs jobs,
    BroadcastRunner runner,
    AuditLog audit) {}
