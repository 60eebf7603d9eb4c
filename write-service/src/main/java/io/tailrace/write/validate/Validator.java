package io.tailrace.write.validate;

import com.fasterxml.jackson.core.JsonToken;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.name.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** The entry: bodies in, events or a refusal out. Thread-safe. */
public final class Validator {
  /** Most events of one transaction. */
  public static final int TRANSACTION_EVENTS_MAX = 100;

  private final Contracts contracts;

  /** With the contracts that decide. */
  public Validator(Contracts contracts) {
    this.contracts = contracts;
  }

  /** A body of {@code POST …/channels/{channel}/events}: one event. */
  public Validated event(byte[] body, Channel channel) {
    try (StrictJson json = new StrictJson(body)) {
      begin(json);
      NewEvent event = new EventReader(contracts, json, channel.tenant()).read(channel, "");
      end(json);
      return new Validated.Valid(List.of(event));
    } catch (RefusedBody refused) {
      return new Validated.Invalid(refused.problem());
    }
  }

  /** A body of {@code POST …/transactions}: {@code {"events": [{"channel", …}, …]}}. */
  public Validated transaction(byte[] body, String tenant) {
    try (StrictJson json = new StrictJson(body)) {
      List<NewEvent> events = events(json, tenant);
      end(json);
      return new Validated.Valid(events);
    } catch (RefusedBody refused) {
      return new Validated.Invalid(refused.problem());
    }
  }

  /**
   * A body of {@code PUT …/members/{user}}: {@code {"role": …}}, one of the kind's.
   *
   * @throws NullPointerException where the kind has no members
   */
  public ValidatedRole role(byte[] body, Contract contract) {
    Set<String> roles = Objects.requireNonNull(contract.members()).roles().keySet();
    try (StrictJson json = new StrictJson(body)) {
      begin(json);
      if (!json.atObject()) {
        throw RefusedBody.at("", "a member must be an object with the field role");
      }
      String role = null;
      while (json.next() == JsonToken.FIELD_NAME) {
        if (!json.text().equals("role") || role != null) {
          throw RefusedBody.at(json.pointer(), "a member has the one field role, once");
        }
        if (json.next() != JsonToken.VALUE_STRING) {
          throw RefusedBody.at("/role", "must be a string");
        }
        role = json.text();
      }
      end(json);
      if (role == null || !roles.contains(role)) {
        throw RefusedBody.at(
            "/role",
            (role == null ? "is missing" : "is no role of the kind " + contract.kind())
                + ": its roles are "
                + String.join(", ", new TreeSet<>(roles)));
      }
      return new ValidatedRole.Valid(role);
    } catch (RefusedBody refused) {
      return new ValidatedRole.Invalid(refused.problem());
    }
  }

  private List<NewEvent> events(StrictJson json, String tenant) throws RefusedBody {
    begin(json);
    if (!json.atObject()) {
      throw RefusedBody.at("", "a transaction must be an object with the field events");
    }
    List<NewEvent> events = new ArrayList<>();
    while (json.next() == JsonToken.FIELD_NAME) {
      if (!json.text().equals("events") || !events.isEmpty()) {
        throw RefusedBody.at(json.pointer(), "a transaction has the one field events, once");
      }
      if (json.next() != JsonToken.START_ARRAY) {
        throw RefusedBody.at("/events", "must be an array");
      }
      EventReader reader = new EventReader(contracts, json, tenant);
      while (json.next() != JsonToken.END_ARRAY) {
        if (events.size() == TRANSACTION_EVENTS_MAX) {
          throw RefusedBody.at(
              "/events", "a transaction has at most " + TRANSACTION_EVENTS_MAX + " events");
        }
        events.add(reader.read(null, "/events/" + events.size()));
      }
      if (events.isEmpty()) {
        throw RefusedBody.at("/events", "a transaction has at least one event");
      }
    }
    if (events.isEmpty()) {
      throw RefusedBody.at("/events", "events is missing");
    }
    return events;
  }

  private static void begin(StrictJson json) throws RefusedBody {
    if (json.next() == null) {
      throw RefusedBody.notJson("the body is empty: send JSON");
    }
  }

  private static void end(StrictJson json) throws RefusedBody {
    if (json.next() != null) {
      throw RefusedBody.notJson("the body is not JSON: something follows its end");
    }
  }
}
