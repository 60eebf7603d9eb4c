package io.tailrace.client.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.client.Cached;
import io.tailrace.client.ChannelEvent;
import io.tailrace.client.ChannelInfo;
import io.tailrace.client.ChannelReceipts;
import io.tailrace.client.EventPage;
import io.tailrace.client.MyChannel;
import io.tailrace.client.Place;
import io.tailrace.client.Published;
import io.tailrace.client.RefusedException;
import io.tailrace.schemas.event.Chain;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of answers over HTTP. */
public final class HistoryAnswers {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final JsonMapper JSON = new JsonMapper();

  private HistoryAnswers() {}

  /** One page of a snapshot; {@code next} is the cursor of the page that follows. */
  public record SnapshotPage(
      int epoch, long seq, long chain, List<ChannelEvent> entities, @Nullable String next) {}

  /** A page of events. */
  public static EventPage events(String channel, byte[] body) {
    Members members = Members.of(channel, body, "events");
    return new EventPage(
        channel,
        (int) members.number("epoch"),
        members.number("head"),
        members.events,
        ServerMessages.number(members.rest, "next"));
  }

  /** A page of a snapshot. */
  public static SnapshotPage snapshot(String channel, byte[] body) {
    Members members = Members.of(channel, body, "entities");
    String chain = ServerMessages.text(members.rest, "chain");
    return new SnapshotPage(
        (int) members.number("epoch"),
        members.number("seq"),
        chain == null ? 0 : Chain.parse(chain),
        members.events,
        ServerMessages.text(members.rest, "next"));
  }

  /** What a cache kept. */
  static Cached cached(String channel, byte[] body) {
    Members members = Members.of(channel, body, "events");
    String chain = ServerMessages.text(members.rest, "chain");
    if (!channel.equals(ServerMessages.text(members.rest, "channel"))) {
      throw new UnreadableException("kept of another channel", null);
    }
    try {
      return new Cached(
          channel,
          new Place(
              (int) members.number("epoch"),
              members.number("seq"),
              chain == null ? null : (Long) Chain.parse(chain)),
          members.events,
          members.rest.path("complete").asBoolean());
    } catch (IllegalArgumentException e) {
      throw new UnreadableException("kept with a chain that is none", e);
    }
  }

  /** What is said of a channel. */
  public static ChannelInfo channel(byte[] body) {
    JsonNode node = tree(body);
    return new ChannelInfo(
        node.path("channel").asText(),
        node.path("epoch").asInt(),
        node.path("head").asLong(),
        node.path("chain").asText(),
        node.path("first").asLong());
  }

  /** The answer to a write. */
  public static Published published(byte[] body, boolean replayed) {
    JsonNode node = tree(body);
    Long epoch = ServerMessages.number(node, "epoch");
    return new Published(
        node.path("channel").asText(),
        node.path("id").asText(),
        epoch == null ? null : epoch.intValue(),
        ServerMessages.number(node, "seq"),
        node.path("time").asText(),
        ServerMessages.text(node, "traceId"),
        replayed);
  }

  /**
   * A refusal; a body that is no problem document still gives one.
   *
   * @param headerMs when to come again as the headers say it, or 0
   */
  public static RefusedException problem(int status, byte[] body, long headerMs) {
    JsonNode node;
    try {
      node = JSON.readTree(body);
    } catch (IOException _) {
      node = JSON.createObjectNode();
    }
    String code = ServerMessages.text(node, "code");
    String detail = ServerMessages.text(node, "detail");
    Long epoch = ServerMessages.number(node, "epoch");
    Long retryAfterMs = ServerMessages.number(node, "retryAfterMs");
    return new RefusedException(
        new RefusedException.Problem(
            status,
            code == null ? "http_" + status : code,
            detail == null ? "the server answered " + status : detail,
            ServerMessages.text(node, "pointer"),
            retryAfterMs == null && headerMs > 0 ? (Long) headerMs : retryAfterMs,
            epoch == null ? null : epoch.intValue(),
            ServerMessages.text(node, "traceId")));
  }

  /** How many signals a second the channel's contract passes on. */
  public static double signalsPerSecond(byte[] body) {
    return tree(body).path("contract").path("signals").path("perSecond").asDouble();
  }

  /** A page of receipts; {@code next} is the cursor of the page that follows. */
  public record ReceiptsPage(ChannelReceipts receipts, @Nullable String next) {}

  /** A page of receipts. */
  public static ReceiptsPage receipts(String channel, byte[] body) {
    JsonNode node = tree(body);
    return new ReceiptsPage(
        new ChannelReceipts(
            channel,
            node.path("epoch").asInt(),
            node.path("head").asLong(),
            ServerMessages.numbers(node.path("read"))),
        ServerMessages.text(node, "next"));
  }

  /** A page of the user's channels; {@code next} is the name behind which the next one begins. */
  public record MyChannelsPage(List<MyChannel> channels, @Nullable String next) {}

  /** A page of the user's channels. */
  public static MyChannelsPage myChannels(byte[] body) {
    JsonNode node = tree(body);
    List<MyChannel> channels = new ArrayList<>();
    for (JsonNode one : node.path("channels")) {
      channels.add(
          new MyChannel(
              one.path("channel").asText(),
              one.path("head").asLong(),
              one.path("read").asLong(),
              one.path("unread").asLong(),
              ServerMessages.text(one, "role")));
    }
    return new MyChannelsPage(channels, ServerMessages.text(node, "next"));
  }

  /** From how many events behind on the channel's contract offers the snapshot. */
  public static long snapshotAfter(byte[] body) {
    Long events = ServerMessages.number(tree(body).path("contract"), "snapshotAfter");
    return events == null ? Long.MAX_VALUE : events;
  }

  private static JsonNode tree(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new UnreadableException("not the JSON that was expected: " + e.getMessage(), e);
    }
  }

  /** The members of an answer: one list of events, sliced, and the rest as a tree. */
  private record Members(List<ChannelEvent> events, JsonNode rest) {
    static Members of(String channel, byte[] body, String listName) {
      var rest = JSON.createObjectNode();
      List<int[]> slices = new ArrayList<>();
      try (JsonParser in = FACTORY.createParser(body)) {
        in.setCodec(JSON);
        in.nextToken();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
          String name = in.currentName();
          in.nextToken();
          if (name.equals(listName)) {
            slices(body, in, slices);
          } else {
            rest.set(name, in.readValueAsTree());
          }
        }
      } catch (IOException e) {
        throw new UnreadableException("not the JSON that was expected: " + e.getMessage(), e);
      }
      int epoch = rest.path("epoch").asInt();
      List<ChannelEvent> events = new ArrayList<>(slices.size());
      for (int[] slice : slices) {
        events.add(EventReader.element(body, slice[0], slice[1], channel, epoch));
      }
      return new Members(events, rest);
    }

    private static void slices(byte[] body, JsonParser in, List<int[]> slices) throws IOException {
      while (in.nextToken() == JsonToken.START_OBJECT) {
        int from = (int) in.currentTokenLocation().getByteOffset();
        slices.add(new int[] {from, RawJson.endOfValue(body, from)});
        in.skipChildren();
      }
    }

    long number(String name) {
      Long value = ServerMessages.number(rest, name);
      if (value == null) {
        throw new UnreadableException("an answer without " + name, null);
      }
      return value;
    }
  }
}
