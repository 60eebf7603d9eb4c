package io.tailrace.client.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.client.ChannelEvent;
import io.tailrace.client.EventPage;
import io.tailrace.client.Place;
import io.tailrace.client.wire.ServerMessage;
import io.tailrace.client.wire.ServerMessages;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Envelope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The scenarios of {@code clients/conformance/channel.json}, which every client runs. This one
 * reads a snapshot as a whole, so that it skips those that look at its pages.
 */
class ConformanceTest {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String CHANNEL = "chat:scenario";
  private static final Path FILE = Path.of("..", "conformance", "channel.json");

  @TestFactory
  Stream<DynamicTest> scenarios() throws IOException {
    JsonNode all = new JsonMapper().readTree(Files.readAllBytes(FILE));
    return StreamSupport.stream(all.get("scenarios").spliterator(), false)
        .filter(scenario -> !texts(scenario.path("needs")).contains("snapshot"))
        .map(scenario ->
            DynamicTest.dynamicTest(
                scenario.get("name").asText(),
                () -> new Run(all.get("logs"), scenario).play(scenario.get("steps"))));
  }

  private static List<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList();
  }

  /** One scenario. */
  private static final class Run {
    private final JsonNode logs;
    private final ChannelCore core;
    private final Map<Integer, Long> requests = new HashMap<>();
    private ChannelState state;
    private final List<JsonNode> subscribes = new ArrayList<>();
    private String problem = "";
    private long link = 1;

    Run(JsonNode logs, JsonNode scenario) {
      this.logs = logs;
      this.core = new ChannelCore(CHANNEL, scenario.path("bufferMax").asInt(1000));
      this.state =
          ChannelState.begin(from(scenario.get("from")), new ChannelState.Wishes(true, false));
    }

    private static @Nullable Place from(JsonNode from) {
      return switch (from.asText()) {
        case "start" -> Place.START;
        case "now" -> null;
        default ->
            new Place(
                from.get("epoch").asInt(),
                from.get("seq").asLong(),
                Chain.parse(from.get("chain").asText()));
      };
    }

    void play(JsonNode steps) {
      int number = 0;
      for (JsonNode step : steps) {
        String name = "step " + ++number + ": " + step.get("in");
        assertEquals(
            known(step.get("out")).toString(), shown(feed(step.get("in"))).toString(), name);
        if (step.has("state")) {
          assertEquals(step.get("state").asText(), status(), name);
        }
        if (step.has("place")) {
          assertEquals(
              step.get("place").toString(), "[" + state.epoch() + "," + state.seq() + "]", name);
        }
        if (step.has("problem")) {
          assertEquals(step.get("problem").asText(), problem, name);
        }
      }
    }

    private String status() {
      return switch (state.phase()) {
        case Phase.Idle _, Phase.Waiting _ -> "connecting";
        case Phase.Live(boolean told) -> told ? "live" : "catchingUp";
        case Phase.CatchingUp _ -> "catchingUp";
        case Phase.Ended _ -> "gone";
      };
    }

    /** What is expected, without what a client may leave out. */
    private static ArrayNode known(JsonNode out) {
      ArrayNode known = JSON.arrayNode();
      out.forEach(action -> {
        if (!action.has("skip")) {
          known.add(action);
        }
      });
      return known;
    }

    private List<ChannelAction> feed(JsonNode in) {
      String name = in.fieldNames().next();
      JsonNode value = in.get(name);
      if (name.equals("move")) {
        link++;
      }
      if (name.equals("join") || name.equals("move")) {
        return ask(value.asLong());
      }
      return take(
          switch (name) {
            case "frame" -> frame(value);
            case "event" -> new ChannelInput.Arrived(source(), event(value));
            case "page" -> new ChannelInput.PageRead(request(value), page(value));
            case "failed" -> failed(value);
            case "unanswered" -> new ChannelInput.Unanswered(value.asLong());
            case "disconnected" -> new ChannelInput.Disconnected(link);
            case "again" -> new ChannelInput.Again();
            case "leave" -> new ChannelInput.Left();
            default -> throw new AssertionError("no such input: " + name);
          });
    }

    /** The link that the events of a scenario come from: the older one until the newer answers. */
    private long source() {
      return state.home() == 0 ? link : state.home();
    }

    private List<ChannelAction> ask(long ref) {
      if (state.phase() instanceof Phase.Ended) {
        return List.of();
      }
      ObjectNode want = JSON.objectNode().put("ref", ref);
      Place place = state.applied();
      if (place != null) {
        want.put("after", place.seq());
        if (place.epoch() > 0) {
          want.put("epoch", place.epoch());
        }
        Long chain = place.chain();
        if (chain != null && place.seq() > 0) {
          want.put("chain", Chain.hex(chain));
        }
      }
      take(new ChannelInput.Asked(link, ref));
      subscribes.add(JSON.objectNode().set("subscribe", want));
      return List.of();
    }

    private List<ChannelAction> take(ChannelInput input) {
      Decision decision = core.decide(state, input);
      state = decision.state();
      return decision.actions();
    }

    private ChannelInput frame(JsonNode frame) {
      ObjectNode whole = ((ObjectNode) frame.deepCopy()).put("channel", CHANNEL);
      ServerMessage message =
          ServerMessages.parse(whole.toString().getBytes(StandardCharsets.UTF_8));
      return switch (message) {
        case ServerMessage.Subscribed m ->
            new ChannelInput.Subscribed(m.ref(), m.epoch(), m.head(), m.after(), m.catchUpTo());
        case ServerMessage.Refused m ->
            new ChannelInput.Refused(
                frame.get("ref").asLong(), m.code(), m.detail(), m.retryAfterMs());
        case ServerMessage.Behind m -> new ChannelInput.Behind(source(), m.after(), m.head());
        case ServerMessage.Reset m -> new ChannelInput.Reset(source(), m.epoch(), m.after());
        case ServerMessage.Revoked m -> new ChannelInput.Revoked(source(), m.seq());
        case ServerMessage.Welcome _,
            ServerMessage.Authed _,
            ServerMessage.Event _,
            ServerMessage.SignalShown _,
            ServerMessage.ReceiptShown _,
            ServerMessage.Shedding _,
            ServerMessage.Drain _,
            ServerMessage.Other _ ->
            throw new AssertionError("no frame of a channel: " + frame);
      };
    }

    private long request(JsonNode answer) {
      return requests.getOrDefault(answer.get("read").asInt(), -1L);
    }

    private ChannelInput failed(JsonNode failed) {
      return new ChannelInput.HistoryRefused(
          request(failed),
          failed.get("status").asInt(),
          failed.get("code").asText(),
          "said the scenario",
          failed.has("retryAfterMs") ? (Long) failed.get("retryAfterMs").asLong() : null,
          failed.has("epoch") ? (Integer) failed.get("epoch").asInt() : null);
    }

    private EventPage page(JsonNode page) {
      JsonNode log = logs.get(page.get("log").asText());
      List<ChannelEvent> events = new ArrayList<>();
      for (JsonNode each : log.get("events")) {
        long seq = each.get("seq").asLong();
        if (seq > page.get("after").asLong() && seq <= page.get("to").asLong()) {
          events.add(event(each, log.get("epoch").asInt()));
        }
      }
      return new EventPage(
          CHANNEL, log.get("epoch").asInt(), page.get("head").asLong(), events, null);
    }

    private ChannelEvent event(JsonNode named) {
      JsonNode log = logs.get(named.get("log").asText());
      return event(log.get("events").get(named.get("seq").asInt() - 1), 0);
    }

    private static ChannelEvent event(JsonNode event, int epoch) {
      return new ChannelEvent(
          CHANNEL,
          epoch,
          event.get("seq").asLong(),
          new Envelope(
              event.get("id").asText(),
              event.get("type").asText(),
              event.path("entity").textValue(),
              event.path("author").textValue(),
              event.get("time").asText(),
              null),
          null,
          Chain.parse(event.get("chain").asText()),
          event.get("data").asText().getBytes(StandardCharsets.UTF_8));
    }

    /** The actions as the file writes them. */
    private ArrayNode shown(List<ChannelAction> actions) {
      ArrayNode shown = JSON.arrayNode();
      subscribes.forEach(shown::add);
      subscribes.clear();
      for (ChannelAction action : actions) {
        switch (action) {
          case ChannelAction.Deliver a -> deliver(shown, a.event().seq());
          case ChannelAction.TellReset a ->
              shown.addObject().putObject("void").put("epoch", a.epoch()).put("after", a.after());
          case ChannelAction.AskAgain a ->
              shown.addObject().putObject("joinAgain").put("atLeastMs", a.waitMsMin());
          case ChannelAction.ReadPage a -> read(shown, a);
          case ChannelAction.Unsubscribe _ -> shown.addObject().put("unsubscribe", true);
          case ChannelAction.TellEnded a -> problem = a.code();
          case ChannelAction.ReadSnapshot _,
              ChannelAction.ReadContract _,
              ChannelAction.TellSnapshot _ ->
              throw new AssertionError("not in these scenarios: " + action);
          case ChannelAction.TellLive _, ChannelAction.TellTrouble _ -> {
            // the state says the one, a client's own counters the other
          }
        }
      }
      return shown;
    }

    private static void deliver(ArrayNode shown, long seq) {
      JsonNode last = shown.isEmpty() ? null : shown.get(shown.size() - 1);
      ArrayNode seqs =
          last != null && last.has("deliver")
              ? (ArrayNode) last.get("deliver")
              : shown.addObject().putArray("deliver");
      seqs.add(seq);
    }

    private void read(ArrayNode shown, ChannelAction.ReadPage page) {
      int n = requests.size() + 1;
      requests.put(n, page.request());
      shown
          .addObject()
          .putObject("read")
          .put("n", n)
          .put("after", page.after())
          .put("minSeq", page.minSeq())
          .put("epoch", page.epoch())
          .put("atLeastMs", page.waitMsMin());
    }
  }
}
