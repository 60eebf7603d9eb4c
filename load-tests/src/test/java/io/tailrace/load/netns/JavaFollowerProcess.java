package io.tailrace.load.netns;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.client.ChannelEvent;
import io.tailrace.client.ChannelListener;
import io.tailrace.client.Snapshot;
import io.tailrace.client.TailraceClient;
import io.tailrace.client.Transport;
import io.tailrace.schemas.event.Chain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * The Java client in a process of its own, which speaks as {@link
 * io.tailrace.load.driver.ProcessFollower} expects it.
 */
final class JavaFollowerProcess {
  private static final ObjectMapper JSON = new ObjectMapper();

  private JavaFollowerProcess() {}

  public static void main(String[] arguments) throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var order = JSON.readTree(in.readLine());
    var token = order.path("token").asText();
    try (var client =
        TailraceClient.builder(order.path("url").asText())
            .token(() -> token)
            .device(order.path("device").asText())
            .transport(Transport.valueOf(order.path("transports").path(0).asText()))
            .build()) {
      for (var channel : order.path("channels")) {
        client.subscribe(channel.asText(), 0, new Listener(channel.asText()));
      }
      // Until whoever started this is gone.
      while (in.readLine() != null) {}
    }
  }

  private static void say(ObjectNode line) {
    System.out.println(line);
  }

  private record Listener(String channel) implements ChannelListener {
    private ObjectNode line(String kind) {
      return JSON.createObjectNode().put("k", kind).put("channel", channel);
    }

    @Override
    public void onEvent(ChannelEvent event) {
      var envelope = event.envelope();
      var line =
          line("event")
              .put("seq", event.seq())
              .put("id", envelope.id())
              .put("type", envelope.type())
              .put("time", envelope.time())
              .put("chain", Chain.hex(event.chain()))
              .put("raw", event.dataText());
      if (envelope.entity() != null) {
        line.put("entity", envelope.entity());
      }
      if (envelope.author() != null) {
        line.put("author", envelope.author());
      }
      say(line);
    }

    @Override
    public void onLive(int epoch, long head) {
      say(line("live").put("epoch", epoch).put("head", head));
    }

    @Override
    public void onReset(int epoch, long after) {
      say(line("void").put("after", after));
    }

    @Override
    public void onSnapshot(Snapshot snapshot) {
      say(line("wrong").put("detail", "got a snapshot although no history is gone"));
    }

    @Override
    public void onEnded(String code, String detail) {
      say(line("wrong").put("detail", "was ended: " + code + ", " + detail));
    }

    @Override
    public boolean canRollBack() {
      return true;
    }
  }
}
