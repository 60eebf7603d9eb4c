package io.tailrace.schemas.presence;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.frame.JsonText;
import io.tailrace.schemas.topic.BadRecordException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everybody of one gateway in one channel, or of a large channel a fixed part of them: a record of
 * the topic of presence, whose key is the channel's full name. It replaces the gateway's earlier
 * digest of that part, and holds for {@code ttlMs} unless a later one follows.
 *
 * @param gateway the gateway, under a name that it has taken at its start: one that starts again is
 *     another one, so that nothing of its past can be taken for its present
 * @param part which of the parts, from 0; a gateway never changes how it divides a channel
 * @param seq higher than in every digest that the gateway wrote before
 * @param ttlMs how long it holds
 * @param atMs when it was written, by the clock of the times in {@code devices}
 * @param crowd where the gateway has more users than are listed: how many, in which mode; then
 *     {@code devices} are a few of them
 */
public record Digest(
    String gateway,
    int part,
    long seq,
    long ttlMs,
    long atMs,
    @Nullable Crowd crowd,
    List<Device> devices) {
  /** The longest time for which a digest holds. */
  public static final long TTL_MS_MAX = Contract.Presence.TTL_MS_MAX;

  /** So that it fits a record; more is written without data. */
  private static final int BYTES_MAX = 900_000;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(64).build())
                  .build())
          .build();

  /** Copies the list. */
  public Digest {
    devices = List.copyOf(devices);
  }

  /** As it stands in the topic. */
  public byte[] json() {
    byte[] json = json(true);
    return json.length <= BYTES_MAX ? json : json(false);
  }

  private byte[] json(boolean withData) {
    JsonText out = new JsonText(128 + 160 * devices.size());
    out.ascii("{\"gateway\":").string(gateway).ascii(",\"part\":").number(part);
    out.ascii(",\"seq\":").number(seq).ascii(",\"ttlMs\":").number(ttlMs);
    out.ascii(",\"at\":").number(atMs);
    if (crowd != null) {
      crowd.writeTo(out.ascii(",\"crowd\":"));
    }
    out.ascii(",\"devices\":[");
    String separator = "";
    for (Device device : devices) {
      write(out.ascii(separator), device, withData);
      separator = ",";
    }
    return out.ascii("]}").toByteArray();
  }

  private static void write(JsonText out, Device device, boolean withData) {
    out.ascii("{\"user\":").string(device.user());
    if (device.device() != null) {
      out.ascii(",\"device\":").string(device.device());
    }
    out.ascii(",\"session\":").string(device.session());
    out.ascii(",\"mode\":").string(device.mode());
    out.ascii(",\"since\":").number(device.sinceMs());
    out.ascii(",\"said\":").number(device.saidMs());
    out.ascii(",\"seen\":").number(device.seenMs());
    if (!device.open()) {
      out.ascii(",\"open\":false");
    }
    if (!device.over().isEmpty()) {
      out.ascii(",\"over\":[");
      String separator = "";
      for (String session : device.over()) {
        out.ascii(separator).string(session);
        separator = ",";
      }
      out.put(']');
    }
    if (withData && device.data() != null) {
      out.ascii(",\"data\":").raw(device.data().getBytes(StandardCharsets.UTF_8));
    }
    out.put('}');
  }

  /**
   * Reads a record's value.
   *
   * @throws BadRecordException where it is no digest
   */
  public static Digest parse(byte @Nullable [] value) throws BadRecordException {
    JsonNode node;
    try {
      node = value == null ? null : JSON.readTree(value);
    } catch (IOException e) {
      throw new BadRecordException("a digest of presence is one JSON object", e);
    }
    if (node == null || !node.isObject()) {
      throw new BadRecordException("a digest of presence is one JSON object");
    }
    List<Device> devices = new ArrayList<>();
    for (JsonNode device : node.path("devices")) {
      devices.add(device(device));
    }
    JsonNode crowd = node.path("crowd");
    Digest digest =
        new Digest(
            text(node, "gateway"),
            (int) number(node, "part"),
            number(node, "seq"),
            number(node, "ttlMs"),
            number(node, "at"),
            crowd.isObject() ? crowd(crowd) : null,
            devices);
    if (digest.ttlMs < 1 || digest.ttlMs > TTL_MS_MAX) {
      throw new BadRecordException("a digest of presence holds for 1 to " + TTL_MS_MAX + " ms");
    }
    return digest;
  }

  private static Crowd crowd(JsonNode node) throws BadRecordException {
    Crowd crowd = new Crowd();
    for (Map.Entry<String, JsonNode> mode : node.properties()) {
      crowd.add(mode.getKey(), (int) number(node, mode.getKey()));
    }
    return crowd;
  }

  private static Device device(JsonNode node) throws BadRecordException {
    JsonNode named = node.path("device");
    JsonNode data = node.path("data");
    List<String> over = new ArrayList<>();
    for (JsonNode session : node.path("over")) {
      over.add(session.asText());
    }
    return new Device(
        text(node, "user"),
        named.isTextual() ? named.textValue() : null,
        text(node, "session"),
        text(node, "mode"),
        number(node, "since"),
        number(node, "said"),
        number(node, "seen"),
        node.path("open").asBoolean(true),
        data.isMissingNode() ? null : data.toString(),
        over);
  }

  private static String text(JsonNode node, String name) throws BadRecordException {
    String text = node.path(name).textValue();
    if (text == null) {
      throw new BadRecordException("a digest of presence has a text " + name);
    }
    return text;
  }

  private static long number(JsonNode node, String name) throws BadRecordException {
    JsonNode number = node.path(name);
    if (!number.isIntegralNumber() || number.longValue() < 0) {
      throw new BadRecordException("a digest of presence has a number " + name);
    }
    return number.longValue();
  }
}
