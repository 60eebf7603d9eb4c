package io.tailrace.schemas.join;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The join between gateway and catch-up replica: {@code POST /internal/v1/join}, {@code
 * Authorization: Bearer <service.key>}. One request carries the questions of many subscribers; each
 * answer names the question's number and nothing else ties them.
 */
public final class JoinWire {
  /** The path. */
  public static final String PATH = "/internal/v1/join";

  /** Most questions in one request. */
  public static final int ASKS_MAX = 2000;

  private static final JsonMapper JSON = new JsonMapper();

  private JoinWire() {}

  /**
   * One question.
   *
   * @param number the asker's own; comes back in the answer
   * @param who the subscriber, already verified by the gateway
   * @param channel {@code kind:id}
   * @param from offset that the replica must have passed
   * @param minSeq seq that it must have, 0 for none
   * @param epoch epoch that it must have reached, 0 for any
   * @param after where the client stands; null for live only
   */
  public record Ask(
      long number,
      Identity who,
      String channel,
      int partition,
      long from,
      long minSeq,
      int epoch,
      @Nullable Long after) {
    /** The same question under another number: whoever hands it on has numbers of its own. */
    public Ask numbered(long other) {
      return new Ask(other, who, channel, partition, from, minSeq, epoch, after);
    }
  }

  /** By what somebody may read a channel, and so which later events take that away. */
  public enum Entry {
    /** By token and contract alone: no change of members touches it. */
    TOKEN,
    /** Because the channel has never had a member: the first one set ends it for all others. */
    OPEN,
    /** As a member: their removal ends it. */
    MEMBER
  }

  /** One answer. */
  public sealed interface Answer {
    /** The question's number. */
    long number();

    /** The same answer to a question of another number. */
    Answer numbered(long other);

    /**
     * The channel as the store has it, all from one position.
     *
     * @param head highest committed seq
     * @param position all offsets below are in the store
     * @param visibleFrom first seq that the subscriber may see
     * @param entry by what the subscriber may read, as of that position
     * @param role what the subscriber is in the channel; null where not a member, or where being
     *     one never matters
     * @param chainAtAfter chain at the {@code after} asked for; null where it is not kept
     */
    record View(
        long number,
        int epoch,
        long head,
        long position,
        long visibleFrom,
        Entry entry,
        @Nullable String role,
        @Nullable Long chainAtAfter)
        implements Answer {
      @Override
      public Answer numbered(long other) {
        return new View(other, epoch, head, position, visibleFrom, entry, role, chainAtAfter);
      }
    }

    /** The subscriber may not, or not now. */
    record Refused(long number, ProblemCode code, String detail) implements Answer {
      @Override
      public Answer numbered(long other) {
        return new Refused(other, code, detail);
      }
    }
  }

  /** Writes questions. */
  public static byte[] encodeAsks(List<Ask> asks) {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode list = root.putArray("asks");
    for (Ask ask : asks) {
      ObjectNode node = list.addObject();
      node.put("number", ask.number());
      node.put("tenant", ask.who().tenant()).put("user", ask.who().user());
      node.put("device", ask.who().device()).put("exp", ask.who().exp().toString());
      ArrayNode roles = node.putArray("roles");
      ask.who().roles().forEach(roles::add);
      List<String> patterns = ask.who().channelPatterns();
      if (patterns != null) {
        ArrayNode patternList = node.putArray("patterns");
        patterns.forEach(patternList::add);
      }
      node.put("channel", ask.channel()).put("partition", ask.partition());
      node.put("from", ask.from()).put("minSeq", ask.minSeq()).put("epoch", ask.epoch());
      node.put("after", ask.after());
    }
    return bytes(root);
  }

  /**
   * Reads questions.
   *
   * @throws IOException where the bytes are no such JSON, or too many questions
   */
  public static List<Ask> decodeAsks(byte[] json) throws IOException {
    JsonNode list = JSON.readTree(json).path("asks");
    if (!list.isArray() || list.size() > ASKS_MAX) {
      throw new IOException("asks must be a list of at most " + ASKS_MAX);
    }
    List<Ask> asks = new ArrayList<>(list.size());
    for (JsonNode node : list) {
      asks.add(
          new Ask(
              node.path("number").asLong(),
              who(node),
              node.path("channel").asText(),
              node.path("partition").asInt(),
              node.path("from").asLong(),
              node.path("minSeq").asLong(),
              node.path("epoch").asInt(),
              node.path("after").isNumber() ? (Long) node.path("after").asLong() : null));
    }
    return asks;
  }

  /** Writes answers. */
  public static byte[] encodeAnswers(List<Answer> answers) {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode list = root.putArray("answers");
    for (Answer answer : answers) {
      ObjectNode node = list.addObject().put("number", answer.number());
      switch (answer) {
        case Answer.View view -> {
          node.put("epoch", view.epoch()).put("head", view.head());
          node.put("position", view.position()).put("visibleFrom", view.visibleFrom());
          node.put("entry", view.entry().name());
          if (view.role() != null) {
            node.put("role", view.role());
          }
          Long chain = view.chainAtAfter();
          if (chain != null) {
            node.put("chainAtAfter", Chain.hex(chain));
          }
        }
        case Answer.Refused refused ->
            node.put("code", refused.code().code()).put("detail", refused.detail());
      }
    }
    return bytes(root);
  }

  /**
   * Reads answers. A code that is not known here counts as {@link ProblemCode#NOT_READY}.
   *
   * @throws IOException where the bytes are no such JSON
   */
  public static List<Answer> decodeAnswers(byte[] json) throws IOException {
    JsonNode list = JSON.readTree(json).path("answers");
    if (!list.isArray()) {
      throw new IOException("answers must be a list");
    }
    List<Answer> answers = new ArrayList<>(list.size());
    for (JsonNode node : list) {
      answers.add(answer(node));
    }
    return answers;
  }

  private static Answer answer(JsonNode node) throws IOException {
    long number = node.path("number").asLong();
    if (node.has("code")) {
      return new Answer.Refused(
          number, code(node.path("code").asText()), node.path("detail").asText());
    }
    try {
      return new Answer.View(
          number,
          node.path("epoch").asInt(),
          node.path("head").asLong(),
          node.path("position").asLong(),
          node.path("visibleFrom").asLong(),
          Entry.valueOf(node.path("entry").asText()),
          node.path("role").isTextual() ? node.path("role").asText() : null,
          node.has("chainAtAfter") ? (Long) Chain.parse(node.path("chainAtAfter").asText()) : null);
    } catch (IllegalArgumentException e) {
      throw new IOException("entry or chainAtAfter cannot be read", e);
    }
  }

  private static Identity who(JsonNode node) throws IOException {
    try {
      JsonNode patterns = node.get("patterns");
      return new Identity(
          node.path("tenant").asText(),
          node.path("user").asText(),
          node.path("device").isTextual() ? node.path("device").asText() : null,
          new LinkedHashSet<>(texts(node.path("roles"))),
          patterns == null ? null : texts(patterns),
          Instant.parse(node.path("exp").asText()));
    } catch (DateTimeException e) {
      throw new IOException("exp is no time", e);
    }
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(item -> texts.add(item.asText()));
    return texts;
  }

  private static ProblemCode code(String text) {
    for (ProblemCode code : Set.of(ProblemCode.values())) {
      if (code.code().equals(text)) {
        return code;
      }
    }
    return ProblemCode.NOT_READY;
  }

  private static byte[] bytes(JsonNode node) {
    try {
      return JSON.writeValueAsBytes(node);
    } catch (IOException e) {
      throw new IllegalStateException("a JSON tree can always be written", e);
    }
  }
}
