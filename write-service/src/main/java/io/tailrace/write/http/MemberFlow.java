package io.tailrace.write.http;

import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.event.Times;
import io.tailrace.schemas.http.TraceContext;
import io.tailrace.schemas.log.Redact;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenResult;
import io.tailrace.write.ack.Sequenced;
import io.tailrace.write.auth.MemberRight;
import io.tailrace.write.auth.TokenCache;
import io.tailrace.write.commit.CommitTimes;
import io.tailrace.write.commit.EventIds;
import io.tailrace.write.http.MemberAnswer.Refused;
import io.tailrace.write.http.MemberAnswer.Told;
import io.tailrace.write.limit.PublishLimits;
import io.tailrace.write.limit.Taken;
import io.tailrace.write.member.MemberPage;
import io.tailrace.write.member.MemberRequest;
import io.tailrace.write.member.MemberResult;
import io.tailrace.write.member.Members;
import io.tailrace.write.validate.ValidatedRole;
import io.tailrace.write.validate.Validator;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request about members from token to answer. Thread-safe; blocks. */
final class MemberFlow {
  private static final Logger log = LoggerFactory.getLogger(MemberFlow.class);
  private static final long RETRY_AFTER_MS = 1_000;

  private final TokenCache tokens;
  private final PublishLimits limits;
  private final MemberRight right;
  private final Validator validator;
  private final EventIds ids;
  private final Members members;
  private final CommitTimes commitTimes;
  private final Places places;
  private final InstantSource clock;

  MemberFlow(
      WriteStages stages, MemberRight right, Members members, Places places, InstantSource clock) {
    this.tokens = stages.tokens();
    this.limits = stages.limits();
    this.right = right;
    this.validator = stages.validator();
    this.ids = stages.ids();
    this.members = members;
    this.commitTimes = stages.commitTimes();
    this.places = places;
    this.clock = clock;
  }

  MemberAnswer handle(MemberCall call) throws InterruptedException {
    return switch (tokens.verify(call.token())) {
      case TokenResult.Refused refused -> refuse(refused.code(), refused.detail());
      case TokenResult.Accepted accepted -> authorised(call, accepted.identity());
    };
  }

  private MemberAnswer authorised(MemberCall call, Identity identity) throws InterruptedException {
    String name = call.channel();
    Channel channel = name == null ? null : Channel.parse(identity.tenant(), name);
    if (channel == null) {
      return refuse(ProblemCode.BAD_REQUEST, "a channel is kind:id, such as chat:lobby");
    }
    String user = call.user();
    boolean one = call.verb() != MemberCall.Verb.LIST;
    if (one && (user == null || !isUser(user))) {
      return refuse(
          ProblemCode.BAD_REQUEST,
          "a user is 1 to "
              + MemberChange.USER_LENGTH_MAX
              + " characters without control characters, in UTF-8, percent-encoded once (a slash is"
              + " %2F)");
    }
    Contract contract = right.contract(identity, channel);
    if (contract == null) {
      return new Refused(right.refusal(identity, channel));
    }
    if (limits.take(identity, Map.of(channel.kind(), 1)) instanceof Taken.Limited limited) {
      return new Refused(limited.problem());
    }
    Asked asked = new Asked(call, identity, channel, contract, user == null ? "" : user);
    return switch (call.verb()) {
      case SET -> set(asked);
      case REMOVE -> change(asked, null);
      case ONE -> one(asked);
      case LIST -> list(asked);
    };
  }

  /** A request whose names and token have been looked at. */
  private record Asked(
      MemberCall call, Identity identity, Channel channel, Contract contract, String user) {}

  private MemberAnswer set(Asked asked) throws InterruptedException {
    return switch (validator.role(asked.call().body(), asked.contract())) {
      case ValidatedRole.Invalid invalid -> new Refused(invalid.problem());
      case ValidatedRole.Valid valid -> change(asked, valid.role());
    };
  }

  private MemberAnswer change(Asked asked, @Nullable String role) throws InterruptedException {
    Identity identity = asked.identity();
    MemberRight.Granted granted = MemberRight.granted(identity, asked.channel(), asked.contract());
    String event = ids.next();
    Instant at = clock.instant().truncatedTo(ChronoUnit.MICROS);
    MemberResult result =
        members.change(
            new MemberRequest(
                asked.channel(),
                asked.user(),
                role,
                identity.user(),
                event,
                at,
                asked.call().traceparent(),
                asked.call().reason(),
                granted.create(),
                granted.change(),
                granted.changers()));
    return switch (result) {
      case MemberResult.Changed _ -> {
        logChanged(asked, role);
        yield changed(asked, event, at);
      }
      case MemberResult.Same same -> new Told(200, same(asked, same));
      case MemberResult.Forbidden _ -> new Refused(MemberRight.notAllowed(asked.channel()));
      case MemberResult.Unavailable unavailable -> notReady(unavailable.detail());
      case MemberResult.Broken _ ->
          refuse(ProblemCode.INTERNAL, "the database refused the change; it is logged");
    };
  }

  private Told changed(Asked asked, String event, Instant at) throws InterruptedException {
    Sequenced place = null;
    if (asked.call().waitForSeq()) {
      place =
          places
              .await(List.of(asked.channel()), List.of(event), null, Instant.EPOCH)
              .getFirst()
              .sequenced();
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("channel", asked.channel().name());
    body.put("id", event);
    if (place != null) {
      body.put("epoch", place.epoch());
      body.put("seq", place.seq());
      body.put("time", place.time());
    } else {
      body.put("time", Times.format(commitTimes.of(event, at)));
    }
    body.put("traceId", traceId(asked));
    body.put("changed", true);
    return new Told(place == null ? 202 : 201, body);
  }

  private static Map<String, Object> same(Asked asked, MemberResult.Same same) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("channel", asked.channel().name());
    String event = same.event();
    Instant at = same.at();
    if (event != null && at != null) {
      body.put("id", event);
      body.put("time", Times.format(at));
    }
    body.put("traceId", traceId(asked));
    body.put("changed", false);
    return body;
  }

  private MemberAnswer one(Asked asked) throws InterruptedException {
    MemberPage page = page(asked, asked.user(), 1);
    if (page == null) {
      return notReady("the members could not be read; try again");
    }
    if (!mayRead(asked, page)) {
      return new Refused(MemberRight.notAllowed(asked.channel()));
    }
    if (page.members().isEmpty()) {
      return refuse(ProblemCode.NOT_FOUND, "this user is no member of " + asked.channel().name());
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("channel", asked.channel().name());
    body.putAll(told(page.members().getFirst()));
    return new Told(200, body);
  }

  private MemberAnswer list(Asked asked) throws InterruptedException {
    MemberPage page = page(asked, null, asked.call().limit());
    if (page == null) {
      return notReady("the members could not be read; try again");
    }
    if (!mayRead(asked, page)) {
      return new Refused(MemberRight.notAllowed(asked.channel()));
    }
    List<Map<String, Object>> told = new ArrayList<>();
    for (MemberPage.One member : page.members()) {
      told.add(told(member));
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("channel", asked.channel().name());
    body.put("closed", page.closed());
    body.put("members", told);
    body.put("next", page.next());
    return new Told(200, body);
  }

  private @Nullable MemberPage page(Asked asked, @Nullable String only, int limit)
      throws InterruptedException {
    try {
      return members.page(
          asked.channel(), asked.identity().user(), only, asked.call().after(), limit);
    } catch (SQLException e) {
      log.atWarn().addKeyValue("sqlState", e.getSQLState()).log("members could not be read");
      return null;
    }
  }

  private static boolean mayRead(Asked asked, MemberPage page) {
    return MemberRight.mayRead(
        asked.identity(), asked.channel(), asked.contract(), page.closed(), page.ownRole() != null);
  }

  private static Map<String, Object> told(MemberPage.One member) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("user", member.user());
    told.put("role", member.role());
    told.put("since", Times.format(member.since()));
    if (member.by() != null) {
      told.put("by", member.by());
    }
    return told;
  }

  /** As the database takes it: no more characters than fit the entity, and none that controls. */
  private static boolean isUser(String user) {
    if (user.isEmpty() || user.length() > MemberChange.USER_LENGTH_MAX) {
      return false;
    }
    for (int i = 0; i < user.length(); i++) {
      if (user.charAt(i) < ' ' || user.charAt(i) == 0x7f) {
        return false;
      }
    }
    return true;
  }

  private static String traceId(Asked asked) {
    return TraceContext.traceId(asked.call().traceparent());
  }

  private static Refused notReady(String detail) {
    return new Refused(Problem.retryAfter(ProblemCode.NOT_READY, detail, RETRY_AFTER_MS));
  }

  private static Refused refuse(ProblemCode code, String detail) {
    return new Refused(Problem.of(code, detail));
  }

  private static void logChanged(Asked asked, @Nullable String role) {
    String tenant = asked.identity().tenant();
    log.atInfo()
        .addKeyValue("trace", traceId(asked))
        .addKeyValue("channel", asked.channel().full())
        .addKeyValue("user", Redact.user(tenant, asked.identity().user()))
        .addKeyValue("member", Redact.user(tenant, asked.user()))
        .addKeyValue("role", role == null ? "none" : role)
        .log("a member was changed");
  }
}
