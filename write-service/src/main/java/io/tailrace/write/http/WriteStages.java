package io.tailrace.write.http;

import io.tailrace.write.admit.Admission;
import io.tailrace.write.auth.PublishRight;
import io.tailrace.write.auth.TokenCache;
import io.tailrace.write.commit.CommitTimes;
import io.tailrace.write.commit.EventIds;
import io.tailrace.write.commit.GroupCommitter;
import io.tailrace.write.limit.PublishLimits;
import io.tailrace.write.validate.Validator;

/** The stages that a write goes through before it waits for its seq, in that order. */
public record WriteStages(
    TokenCache tokens,
    PublishRight right,
    Admission admission,
    PublishLimits limits,
    Validator validator,
    EventIds ids,
    GroupCommitter committer,
    CommitTimes commitTimes) {}
