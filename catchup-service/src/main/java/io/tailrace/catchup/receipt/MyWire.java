package io.tailrace.catchup.receipt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.schemas.frame.JsonText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A page as JSON: for clients, and, with the partitions it is of, between processes. */
final class MyWire {
  private static final JsonMapper JSON = new JsonMapper();

  private MyWire() {}

  /** What another process has of the partitions that it was asked for. */
  record Part(List<Integer> partitions, List<MyChannel> channels, @Nullable String next) {}

  /** For a client. */
  static byte[] encode(MyPage page) {
    return page(new JsonText(1024).put('{'), page).toByteArray();
  }

  /** For another process. */
  static byte[] encode(MyPage page, Collection<Integer> partitions) {
    JsonText out = new JsonText(1024).ascii("{\"partitions\":[");
    String separator = "";
    for (int partition : partitions) {
      out.ascii(separator).number(partition);
      separator = ",";
    }
    return page(out.ascii("],"), page).toByteArray();
  }

  private static JsonText page(JsonText out, MyPage page) {
    out.ascii("\"channels\":[");
    String separator = "";
    for (MyChannel one : page.channels()) {
      out.ascii(separator).ascii("{\"channel\":").string(one.name());
      out.ascii(",\"head\":").number(one.head());
      out.ascii(",\"read\":").number(one.read());
      out.ascii(",\"unread\":").number(one.unread());
      if (one.role() != null) {
        out.ascii(",\"role\":").string(one.role());
      }
      out.put('}');
      separator = ",";
    }
    out.ascii("],\"next\":");
    if (page.next() == null) {
      out.ascii("null");
    } else {
      out.string(page.next());
    }
    return out.put('}');
  }

  /**
   * Reads what another process has answered.
   *
   * @throws IOException where it is no such JSON
   */
  static Part decode(byte[] json) throws IOException {
    JsonNode root = JSON.readTree(json);
    List<Integer> partitions = new ArrayList<>();
    root.path("partitions").forEach(partition -> partitions.add(partition.asInt(-1)));
    List<MyChannel> channels = new ArrayList<>();
    for (JsonNode one : root.path("channels")) {
      JsonNode role = one.get("role");
      channels.add(
          new MyChannel(
              text(one.path("channel")),
              one.path("head").asLong(),
              one.path("read").asLong(),
              role == null ? null : text(role)));
    }
    JsonNode next = root.path("next");
    return new Part(partitions, channels, next.isNull() ? null : text(next));
  }

  private static String text(JsonNode node) throws IOException {
    if (!node.isTextual()) {
      throw new IOException("not a page of channels");
    }
    return node.textValue();
  }
}
