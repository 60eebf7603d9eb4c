package io.tailrace.write.admin;

import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenResult;
import io.tailrace.write.admin.AdminAnswer.Done;
import io.tailrace.write.admin.AdminAnswer.Refused;
import io.tailrace.write.audit.AuditLog;
import io.tailrace.write.auth.TokenCache;
import io.tailrace.write.broadcast.Acceptance;
import io.tailrace.write.broadcast.BroadcastRunner;
import io.tailrace.write.broadcast.Job;
import io.tailrace.write.broadcast.Jobs;
import io.tailrace.write.limit.PublishLimits;
import io.tailrace.write.limit.Taken;
import io.tailrace.write.validate.BroadcastValidator;
import io.tailrace.write.validate.NewBroadcast;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An administrator's request from token to answer. Thread-safe; blocks. */
final class AdminFlow {
  private static final int KEY_LENGTH_MAX = 200;
  private static final long OPEN_RETRY_MS = 5_000;
  private static final int PAGE = 50;

  private final TokenCache tokens;
  private final PublishLimits limits;
  private final BroadcastValidator validator;
  private final Supplier<UUID> ids;
  private final Jobs jobs;
  private final BroadcastRunner runner;
  private final AuditLog audit;

  AdminFlow(AdminStages stages) {
    this.tokens = stages.tokens();
    this.limits = stages.limits();
    this.validator = stages.validator();
    this.ids = stages.ids();
    this.jobs = stages.jobs();
    this.runner = stages.runner();
    this.audit = stages.audit();
  }

  AdminAnswer handle(AdminRequest request) throws SQLException {
    return switch (tokens.verify(request.token())) {
      case TokenResult.Refused refused -> refuse(refused.code(), refused.detail());
      case TokenResult.Accepted accepted -> authorised(request, accepted.identity());
    };
  }

  private AdminAnswer authorised(AdminRequest request, Identity who) throws SQLException {
    if (!who.roles().contains(Identity.ADMIN)) {
      return refuse(ProblemCode.FORBIDDEN, "this address is for tokens with the role admin");
    }
    if (limits.takeOfAdmin(who.tenant()) instanceof Taken.Limited limited) {
      return new Refused(limited.problem());
    }
    String reason = request.reason();
    String fault = reason == null ? null : BroadcastValidator.faultOfReason(reason);
    if (fault != null) {
      return refuse(ProblemCode.BAD_REQUEST, "Audit-Reason: " + fault);
    }
    return switch (request.target()) {
      case AdminTarget.Audit _ -> audit(request.parameters(), who);
      case AdminTarget.Broadcasts _ ->
          request.method().equals("POST") ? accept(request, who) : list(request.parameters(), who);
      case AdminTarget.Broadcast one -> {
        Refused refused = unknown(request.parameters(), Set.of());
        yield refused != null
            ? refused
            : told(
                request.method().equals("DELETE")
                    ? jobs.cancel(who.tenant(), one.id(), who.user(), reason)
                    : jobs.find(who.tenant(), one.id()));
      }
    };
  }

  private static AdminAnswer told(@Nullable Job job) {
    return job == null
        ? refuse(ProblemCode.NOT_FOUND, "this tenant has no such broadcast")
        : new Done(200, AdminJson.job(job), null, false);
  }

  private AdminAnswer accept(AdminRequest request, Identity who) throws SQLException {
    String key = request.key();
    if (key != null
        && (key.isEmpty()
            || key.length() > KEY_LENGTH_MAX
            || key.chars().anyMatch(c -> c <= ' ' || c > '~'))) {
      return refuse(
          ProblemCode.BAD_REQUEST,
          "Idempotency-Key must have 1 to " + KEY_LENGTH_MAX + " visible ASCII characters");
    }
    return switch (validator.read(request.body(), who.tenant(), request.reason())) {
      case BroadcastValidator.Result.Invalid invalid -> new Refused(invalid.problem());
      case BroadcastValidator.Result.Valid valid -> {
        Problem refusal = refusal(who, valid.broadcast());
        yield refusal == null ? accepted(request, who, valid.broadcast()) : new Refused(refusal);
      }
    };
  }

  /**
   * Where the token may not go, its broadcast does not go either; and the request itself counts.
   */
  private @Nullable Problem refusal(Identity who, NewBroadcast broadcast) {
    int place = 0;
    for (Channel channel : broadcast.channels()) {
      if (!who.mayUse(channel)) {
        return Problem.of(
            ProblemCode.FORBIDDEN,
            "this token may not use " + channel.name(),
            "pointer",
            "/channels/" + place);
      }
      place++;
    }
    Map<String, Integer> kinds =
        broadcast.channels().stream()
            .map(Channel::kind)
            .distinct()
            .collect(Collectors.toMap(kind -> kind, _ -> 1));
    return limits.takeOfTenant(who.tenant(), kinds) instanceof Taken.Limited limited
        ? limited.problem()
        : null;
  }

  private AdminAnswer accepted(AdminRequest request, Identity who, NewBroadcast broadcast)
      throws SQLException {
    String own = broadcast.id();
    Acceptance acceptance =
        jobs.accept(
            new Jobs.Asked(
                who.tenant(),
                who.user(),
                own == null ? ids.get() : UUID.fromString(own),
                broadcast,
                request.key() != null ? request.key() : own,
                hash(request),
                request.traceparent()));
    return switch (acceptance) {
      case Acceptance.Accepted accepted -> {
        runner.wake();
        yield new Done(
            202,
            AdminJson.job(accepted.job()),
            "/v1/admin/broadcasts/" + accepted.job().id(),
            accepted.replayed());
      }
      case Acceptance.KeyReused _ ->
          refuse(
              ProblemCode.KEY_REUSED,
              "this Idempotency-Key or id stands for another request: use a new one");
      case Acceptance.TooMany _ ->
          new Refused(
              Problem.retryAfter(
                  ProblemCode.RATE_LIMITED,
                  "the tenant has " + Jobs.OPEN_MAX + " open broadcasts; wait for one to end",
                  OPEN_RETRY_MS));
    };
  }

  private AdminAnswer list(Map<String, String> parameters, Identity who) throws SQLException {
    Refused refused = unknown(parameters, Set.of("before", "limit"));
    if (refused != null) {
      return refused;
    }
    Long limit = number(parameters.get("limit"), PAGE, Jobs.PAGE_MAX);
    Instant before = time(parameters.get("before"), Instant.parse("9999-01-01T00:00:00Z"));
    if (limit == null || before == null) {
      return refuse(
          ProblemCode.BAD_REQUEST,
          "limit is 1 to " + Jobs.PAGE_MAX + ", before the next of the page before");
    }
    int count = limit.intValue();
    return new Done(
        200, AdminJson.jobs(jobs.list(who.tenant(), before, count), count), null, false);
  }

  private AdminAnswer audit(Map<String, String> parameters, Identity who) throws SQLException {
    Refused refused = unknown(parameters, Set.of("before", "since", "action", "limit"));
    if (refused != null) {
      return refused;
    }
    Long limit = number(parameters.get("limit"), PAGE, AuditLog.PAGE_MAX);
    Long before = number(parameters.get("before"), Long.MAX_VALUE, Long.MAX_VALUE);
    Instant since = time(parameters.get("since"), Instant.EPOCH);
    if (limit == null || before == null || since == null) {
      return refuse(
          ProblemCode.BAD_REQUEST,
          "limit is 1 to "
              + AuditLog.PAGE_MAX
              + ", before the next of the page before, since a time such as 2026-01-31T12:00:00Z");
    }
    int count = limit.intValue();
    return new Done(
        200,
        AdminJson.audit(
            audit.page(
                who.tenant(), new AuditLog.Query(before, since, parameters.get("action"), count)),
            count),
        null,
        false);
  }

  private static @Nullable Refused unknown(Map<String, String> parameters, Set<String> known) {
    return known.containsAll(parameters.keySet())
        ? null
        : refuse(
            ProblemCode.BAD_REQUEST,
            known.isEmpty()
                ? "this address takes no parameters"
                : "the parameters are " + String.join(", ", known.stream().sorted().toList()));
  }

  private static @Nullable Long number(@Nullable String text, long fallback, long most) {
    if (text == null) {
      return fallback;
    }
    try {
      long number = Long.parseLong(text);
      return number >= 1 && number <= most ? number : null;
    } catch (NumberFormatException _) {
      return null;
    }
  }

  private static @Nullable Instant time(@Nullable String text, Instant fallback) {
    if (text == null) {
      return fallback;
    }
    try {
      Instant time = Instant.parse(text);
      return time.isBefore(Instant.EPOCH) || time.isAfter(Instant.parse("9999-01-01T00:00:00Z"))
          ? null
          : time;
    } catch (DateTimeParseException _) {
      return null;
    }
  }

  private static byte[] hash(AdminRequest request) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update("admin/broadcasts\0".getBytes(StandardCharsets.UTF_8));
      String reason = request.reason();
      digest.update((reason == null ? "" : reason).getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      return digest.digest(request.body());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static Refused refuse(ProblemCode code, String detail) {
    return new Refused(Problem.of(code, detail));
  }
}
