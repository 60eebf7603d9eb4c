package io.tailrace.write.validate;

import com.fasterxml.jackson.core.JsonToken;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.contract.DataSchema;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.ProblemCode;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads one event object: its fields, then whether its contract allows it. */
final class EventReader {
  private static final int ENTITY_LENGTH_MAX = 200;

  private final Contracts contracts;
  private final StrictJson json;
  private final String tenant;

  EventReader(Contracts contracts, StrictJson json, String tenant) {
    this.contracts = contracts;
    this.json = json;
    this.tenant = tenant;
  }

  /**
   * Reads the object whose start is the current token.
   *
   * @param channel named by the address; null where the event itself names it
   */
  NewEvent read(@Nullable Channel channel, String pointer) throws RefusedBody {
    Fields fields = fields(channel == null, pointer);
    Channel target = channel != null ? channel : named(fields.channel, pointer);
    Contract contract = contracts.of(target.kind());
    if (contract == null) {
      throw RefusedBody.at(pointer + "/channel", "there is no kind " + target.kind());
    }
    if (fields.type == null) {
      throw RefusedBody.at(pointer + "/type", "type is missing");
    }
    if (fields.data == null) {
      throw RefusedBody.at(pointer + "/data", "data is missing; it may be any JSON, also null");
    }
    if (fields.expect) {
      throw RefusedBody.at(
          ProblemCode.NOT_AVAILABLE,
          pointer + "/expect",
          "the kind " + target.kind() + " keeps no revisions: leave expect out");
    }
    refuseReserved(fields.type, fields.entity, pointer);
    check(contract, fields.type, fields.data, pointer);
    return new NewEvent(
        target, fields.type, fields.entity, fields.id, fields.data.text(), fields.data.bytes());
  }

  private static Channel named(@Nullable Channel channel, String pointer) throws RefusedBody {
    if (channel == null) {
      throw RefusedBody.at(pointer + "/channel", "channel is missing");
    }
    return channel;
  }

  private static void refuseReserved(String type, @Nullable String entity, String pointer)
      throws RefusedBody {
    if (MemberChange.isReserved(type)) {
      throw RefusedBody.at(
          pointer + "/type",
          "types that begin with member. are Tailrace's own: change members at the channel's"
              + " address /members");
    }
    if (entity != null && MemberChange.isReservedEntity(entity)) {
      throw RefusedBody.at(
          pointer + "/entity",
          "entities that begin with member: are Tailrace's own: choose another");
    }
  }

  static void check(Contract contract, String type, StrictJson.Value data, String pointer)
      throws RefusedBody {
    if (data.bytes() > contract.dataBytesMax()) {
      throw RefusedBody.at(
          ProblemCode.TOO_LARGE,
          pointer + "/data",
          "data has "
              + data.bytes()
              + " bytes, the kind "
              + contract.kind()
              + " takes at most "
              + contract.dataBytesMax());
    }
    DataSchema schema = contract.types().get(type);
    if (schema == null) {
      throw RefusedBody.at(
          pointer + "/type", "no type of the kind " + contract.kind() + ": see its contract");
    }
    DataSchema.Fault fault = schema.check(data.tree());
    if (fault != null) {
      throw RefusedBody.at(pointer + "/data" + fault.pointer(), fault.reason());
    }
  }

  private Fields fields(boolean mayNameChannel, String pointer) throws RefusedBody {
    if (!json.atObject()) {
      throw RefusedBody.at(pointer, "an event must be an object");
    }
    Fields fields = new Fields();
    while (json.next() == JsonToken.FIELD_NAME) {
      String name = json.text();
      String at = pointer + '/' + name;
      JsonToken token = json.next();
      switch (name) {
        case "type" -> fields.type = string(fields.once(0, at), token, at);
        case "data" -> {
          fields.once(1, at);
          fields.data = json.value();
        }
        case "entity" -> fields.entity = entity(string(fields.once(2, at), token, at), at);
        case "id" -> fields.id = uuid(string(fields.once(3, at), token, at), at);
        case "expect" -> fields.expect = expect(fields.once(4, at), token, at);
        case "channel" -> {
          if (!mayNameChannel) {
            throw unknown();
          }
          fields.channel = channel(string(fields.once(5, at), token, at), at);
        }
        default -> throw unknown();
      }
    }
    return fields;
  }

  private RefusedBody unknown() {
    return RefusedBody.at(
        json.pointer(), "no field of an event: type, data, entity, id and expect are");
  }

  private String string(boolean first, @Nullable JsonToken token, String at) throws RefusedBody {
    if (!first || token != JsonToken.VALUE_STRING) {
      throw RefusedBody.at(at, "must be a string");
    }
    return json.text();
  }

  private boolean expect(boolean first, @Nullable JsonToken token, String at) throws RefusedBody {
    if (!first || token != JsonToken.VALUE_NUMBER_INT) {
      throw RefusedBody.at(at, "must be a whole number");
    }
    return true;
  }

  static String entity(String text, String at) throws RefusedBody {
    if (text.isEmpty() || text.length() > ENTITY_LENGTH_MAX) {
      throw RefusedBody.at(at, "must have 1 to " + ENTITY_LENGTH_MAX + " characters");
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) == 0x7f) {
        throw RefusedBody.at(at, "must hold no control character");
      }
    }
    return text;
  }

  static String uuid(String text, String at) throws RefusedBody {
    String lower = text.toLowerCase(Locale.ROOT);
    try {
      // The JDK also takes short forms; only the canonical one survives its own round trip.
      if (UUID.fromString(text).toString().equals(lower)) {
        return lower;
      }
    } catch (IllegalArgumentException _) {
      // Refused below.
    }
    throw RefusedBody.at(at, "must be a UUID, such as 0191d7a4-4a3c-7b1e-8f00-5b0c5a3e9d10");
  }

  private Channel channel(String name, String at) throws RefusedBody {
    Channel channel = Channel.parse(tenant, name);
    if (channel == null) {
      throw RefusedBody.at(at, "no channel: it is kind:id, such as chat:lobby");
    }
    return channel;
  }

  /** What has been read of an event so far. */
  private static final class Fields {
    private int seen;
    @Nullable String type;
    @Nullable String entity;
    @Nullable String id;
    @Nullable Channel channel;
    StrictJson.@Nullable Value data;
    boolean expect;

    /** Refuses a field that stands twice; true otherwise. */
    boolean once(int field, String at) throws RefusedBody {
      if ((seen & 1 << field) != 0) {
        throw RefusedBody.at(at, "the name stands twice in one object");
      }
      seen |= 1 << field;
      return true;
    }
  }
}
