package io.tailrace.gateway.join;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.gateway.subscribe.JoinAnswer;
import io.tailrace.gateway.subscribe.JoinAsk;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The bodies of {@code POST /internal/v1/join}. */
final class JoinJson {
  private static final JsonMapper JSON = new JsonMapper();

  private JoinJson() {}

  static byte[] request(Identity who, List<JoinAsk> asks) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    ObjectNode user = root.putObject("user");
    user.put("tenant", who.tenant());
    user.put("user", who.user());
    who.roles().forEach(user.putArray("roles")::add);
    ArrayNode channels = root.putArray("channels");
    for (JoinAsk ask : asks) {
      ObjectNode channel = channels.addObject();
      channel.put("channel", ask.channel());
      channel.put("partition", ask.partition());
      channel.put("from", ask.from());
      channel.put("minSeq", ask.minSeq());
      channel.put("epoch", ask.epoch());
      channel.put("after", ask.after());
    }
    return JSON.writeValueAsBytes(root);
  }

  /** The answers by channel name; a channel that the replica leaves out is not ready. */
  static List<JoinAnswer> answers(byte[] body, List<JoinAsk> asks) throws IOException {
    Map<String, JsonNode> byChannel = new HashMap<>();
    List<JsonNode> inOrder = new ArrayList<>();
    for (JsonNode node : JSON.readTree(body).path("channels")) {
      byChannel.put(node.path("channel").asText(), node);
      inOrder.add(node);
    }
    List<JoinAnswer> answers = new ArrayList<>(asks.size());
    for (int i = 0; i < asks.size(); i++) {
      JoinAsk ask = asks.get(i);
      // Two connections of one user may ask for the same channel with different places.
      JsonNode node =
          i < inOrder.size() && inOrder.get(i).path("channel").asText().equals(ask.channel())
              ? inOrder.get(i)
              : byChannel.get(ask.channel());
      answers.add(
          node == null
              ? new JoinAnswer.Refused(
                  ask.number(), ProblemCode.NOT_READY, "the stores gave no answer")
              : answer(ask.number(), node));
    }
    return answers;
  }

  private static JoinAnswer answer(long number, JsonNode node) {
    if (!node.path("ready").asBoolean(false)) {
      return new JoinAnswer.Refused(
          number, ProblemCode.NOT_READY, "the stores have not read far enough yet");
    }
    if (!node.path("allowed").asBoolean(false)) {
      return new JoinAnswer.Refused(
          number, ProblemCode.FORBIDDEN, "you may not subscribe to this channel");
    }
    JsonNode chain = node.path("chainAtAfter");
    return new JoinAnswer.View(
        number,
        node.path("epoch").asInt(),
        node.path("head").asLong(),
        node.path("position").asLong(),
        node.path("visibleFrom").asLong(),
        chain.isTextual() ? (Long) Chain.parse(chain.textValue()) : null);
  }
}
