package io.tailrace.write.validate;

import com.fasterxml.jackson.core.JsonToken;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.contract.Right;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Bodies of {@code POST /v1/admin/broadcasts} in, a broadcast or a refusal out. Thread-safe. */
public final class BroadcastValidator {
  /** Most channels of one broadcast. */
  public static final int CHANNELS_MAX = 10_000;

  /** Longest reason, in characters. */
  public static final int REASON_LENGTH_MAX = 1_000;

  private final Contracts contracts;

  /** With the contracts that decide. */
  public BroadcastValidator(Contracts contracts) {
    this.contracts = contracts;
  }

  /** What a body turned out to be. */
  public sealed interface Result {
    /** A broadcast that its kinds' contracts allow. */
    record Valid(NewBroadcast broadcast) implements Result {}

    /** Not that. */
    record Invalid(Problem problem) implements Result {}
  }

  /**
   * Reads a body.
   *
   * @param reason given beside the body; one inside goes before it
   */
  public Result read(byte[] body, String tenant, @Nullable String reason) {
    try (StrictJson json = new StrictJson(body)) {
      if (json.next() == null) {
        throw RefusedBody.notJson("the body is empty: send JSON");
      }
      Fields fields = fields(json, tenant);
      if (json.next() != null) {
        throw RefusedBody.notJson("the body is not JSON: something follows its end");
      }
      return new Result.Valid(checked(fields, reason));
    } catch (RefusedBody refused) {
      return new Result.Invalid(refused.problem());
    }
  }

  /** Null where the text may be a reason; else what is wrong with it. */
  public static @Nullable String faultOfReason(String reason) {
    return reason.isBlank()
            || reason.length() > REASON_LENGTH_MAX
            || reason.chars().anyMatch(c -> c < ' ' || c == 0x7f)
        ? "a reason has 1 to " + REASON_LENGTH_MAX + " characters and no control character"
        : null;
  }

  private static final class Fields {
    final Map<String, Channel> channels = new LinkedHashMap<>();
    @Nullable String type;
    @Nullable String entity;
    @Nullable String id;
    @Nullable String reason;
    StrictJson.@Nullable Value data;
  }

  private static Fields fields(StrictJson json, String tenant) throws RefusedBody {
    if (!json.atObject()) {
      throw RefusedBody.at("", "a broadcast must be an object");
    }
    Fields fields = new Fields();
    Set<String> seen = new HashSet<>();
    while (json.next() == JsonToken.FIELD_NAME) {
      String name = json.text();
      String at = '/' + name;
      if (!seen.add(name)) {
        throw RefusedBody.at(at, "the name stands twice in one object");
      }
      JsonToken token = json.next();
      switch (name) {
        case "channels" -> channels(json, token, tenant, fields.channels);
        case "type" -> fields.type = string(json, token, at);
        case "data" -> fields.data = json.value();
        case "entity" -> fields.entity = EventReader.entity(string(json, token, at), at);
        case "id" -> fields.id = EventReader.uuid(string(json, token, at), at);
        case "reason" -> fields.reason = string(json, token, at);
        default ->
            throw RefusedBody.at(
                json.pointer(),
                "no field of a broadcast: channels, type, data, entity, id and reason are");
      }
    }
    return fields;
  }

  private static void channels(
      StrictJson json, @Nullable JsonToken token, String tenant, Map<String, Channel> channels)
      throws RefusedBody {
    if (token != JsonToken.START_ARRAY) {
      throw RefusedBody.at("/channels", "must be an array of channels");
    }
    for (JsonToken next = json.next(); next != JsonToken.END_ARRAY; next = json.next()) {
      String at = "/channels/" + channels.size();
      if (channels.size() == CHANNELS_MAX) {
        throw RefusedBody.at(
            "/channels", "a broadcast has at most " + CHANNELS_MAX + " channels: send several");
      }
      Channel channel = Channel.parse(tenant, string(json, next, at));
      if (channel == null) {
        throw RefusedBody.at(at, "no channel: it is kind:id, such as chat:lobby");
      }
      if (channels.putIfAbsent(channel.name(), channel) != null) {
        throw RefusedBody.at(at, "the channel stands twice");
      }
    }
  }

  private static String string(StrictJson json, @Nullable JsonToken token, String at)
      throws RefusedBody {
    if (token != JsonToken.VALUE_STRING) {
      throw RefusedBody.at(at, "must be a string");
    }
    return json.text();
  }

  private NewBroadcast checked(Fields fields, @Nullable String given) throws RefusedBody {
    String reason = fields.reason != null ? fields.reason : given;
    if (reason == null) {
      throw RefusedBody.at("/reason", "reason is missing: it is kept in the audit");
    }
    String fault = faultOfReason(reason);
    if (fault != null) {
      throw RefusedBody.at("/reason", fault);
    }
    if (fields.channels.isEmpty()) {
      throw RefusedBody.at("/channels", "a broadcast has at least one channel");
    }
    if (fields.type == null) {
      throw RefusedBody.at("/type", "type is missing");
    }
    if (fields.data == null) {
      throw RefusedBody.at("/data", "data is missing; it may be any JSON, also null");
    }
    if (fields.type.startsWith("member.")
        || fields.entity != null && fields.entity.startsWith("member:")) {
      throw RefusedBody.at(
          "/type", "member. and member: say who is a member: change that channel by channel");
    }
    checkKinds(fields, fields.type, fields.data);
    return new NewBroadcast(
        fields.channels.values().stream().toList(),
        fields.type,
        fields.entity,
        fields.id,
        fields.data.text(),
        reason);
  }

  /** Every kind once, named by its first channel. */
  private void checkKinds(Fields fields, String type, StrictJson.Value data) throws RefusedBody {
    Set<String> checked = new HashSet<>();
    int place = 0;
    for (Channel channel : fields.channels.values()) {
      if (checked.add(channel.kind())) {
        String at = "/channels/" + place;
        Contract contract = contracts.of(channel.kind());
        if (contract == null) {
          throw RefusedBody.at(at, "there is no kind " + channel.kind());
        }
        Right create = contract.rights().create();
        if (create == Right.OWNER || create == Right.NOBODY) {
          throw RefusedBody.at(
              at, "channels of the kind " + channel.kind() + " are made by their owners alone");
        }
        EventReader.check(contract, type, data, "");
      }
      place++;
    }
  }
}
