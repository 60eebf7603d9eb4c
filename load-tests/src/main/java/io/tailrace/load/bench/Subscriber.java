package io.tailrace.load.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One WebSocket of a {@link Swarm}: shakes hands, subscribes, then checks that every channel's seqs
 * are gapless.
 */
final class Subscriber {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] NONE = {};
  private static final String BEHIND = "{\"t\":\"behind\",\"channel\":\"";
  private static final String NOT_SUBSCRIBED = "\"detail\":\"not subscribed: ";
  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private final SocketChannel socket;
  private final Swarm swarm;
  private final EventProbe probe;
  private final String token;
  private final int first;
  private volatile Map<String, Long> shed = Map.of();
  private volatile boolean degraded;
  private final long[] last;
  private boolean upgraded;
  private int subscribed;
  private byte[] rest = NONE;

  /** Reads its plan's channels from number {@code first} on. */
  Subscriber(SocketChannel socket, Swarm swarm, Swarm.Plan plan, String token, int first) {
    this.socket = socket;
    this.swarm = swarm;
    this.probe = plan.probe();
    this.token = token;
    this.first = first;
    this.last = new long[plan.channelsEach()];
  }

  void connected(String host) throws IOException {
    socket.write(Upgrade.request(host));
  }

  /**
   * Reads what there is, at most so much; the swarm's bytes are used up when it returns.
   *
   * @return how much it has read
   */
  int read(byte[] bytes, int most) throws IOException {
    System.arraycopy(rest, 0, bytes, 0, rest.length);
    int room = Math.min(most, bytes.length - rest.length);
    int got = socket.read(ByteBuffer.wrap(bytes, rest.length, room));
    if (got < 0) {
      throw new EOFException("the server ended the connection");
    }
    int to = rest.length + got;
    int from = upgraded ? 0 : upgrade(bytes, to);
    if (upgraded) {
      from = FrameCutter.cut(bytes, from, to, this::frame);
    }
    rest = from == to ? NONE : Arrays.copyOfRange(bytes, from, to);
    return got;
  }

  private int upgrade(byte[] bytes, int to) throws IOException {
    int end = Upgrade.agreed(bytes, to);
    if (end == 0) {
      return 0;
    }
    upgraded = true;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    MaskedFrame.append(
        out,
        TEXT,
        "{\"t\":\"hello\",\"ref\":1,\"token\":\""
            + token
            + "\",\"device\":\"bench\",\"version\":1}");
    List<String> wants = new java.util.ArrayList<>();
    for (int i = 0; i < last.length; i++) {
      wants.add("{\"channel\":\"" + probe.channel(first + i) + "\",\"after\":0}");
    }
    MaskedFrame.append(
        out,
        TEXT,
        "{\"t\":\"subscribe\",\"ref\":2,\"channels\":[" + String.join(",", wants) + "]}");
    socket.write(ByteBuffer.wrap(out.toByteArray()));
    return end;
  }

  private void frame(int opcode, byte[] bytes, int from, int to) {
    if (opcode == TEXT) {
      if (EventProbe.isEvent(bytes, from)) {
        event(bytes, from, to);
      } else if (EventProbe.isEphemeral(bytes, from)) {
        swarm.ephemeral();
      } else {
        other(new String(bytes, from, to - from, StandardCharsets.UTF_8));
      }
    } else if (opcode == PING) {
      write(PONG, new String(bytes, from, to - from, StandardCharsets.US_ASCII));
    } else if (opcode == CLOSE) {
      swarm.trouble(
          "closed by the server: "
              + new String(bytes, from + 2, to - from - 2, StandardCharsets.UTF_8));
    }
  }

  private void event(byte[] bytes, int from, int to) {
    int channel = probe.channelOf(bytes, from) - first;
    long seq = probe.seqOf(bytes, from);
    if (seq != last[channel] + 1) {
      swarm.trouble("seq " + seq + " came after " + last[channel]);
    }
    last[channel] = seq;
    swarm.delivered(first + channel, seq, bytes, from, to);
  }

  private void other(String text) {
    if (text.startsWith("{\"t\":\"subscribed\"")) {
      if (++subscribed == last.length) {
        swarm.subscriberReady();
      }
    } else if (text.startsWith(BEHIND)) {
      swarm.fellBehind();
      again(text);
    } else if (text.startsWith("{\"t\":\"degraded\"") || text.startsWith("{\"t\":\"recovered\"")) {
      told(text);
    } else if (text.startsWith("{\"t\":\"error\"") && text.contains(NOT_SUBSCRIBED)) {
      // It said something before it could know that its subscription has ended: nothing is lost.
      return;
    } else if (text.startsWith("{\"t\":\"error\"") || text.startsWith("{\"t\":\"reset\"")) {
      swarm.trouble(text);
    }
  }

  private void told(String text) {
    try {
      JsonNode told = JSON.readTree(text);
      degraded = told.path("t").asText().equals("degraded");
      Map<String, Long> totals = new TreeMap<>();
      told.path("dropped")
          .properties()
          .forEach(lane -> totals.put(lane.getKey(), lane.getValue().asLong()));
      shed = totals;
    } catch (IOException e) {
      swarm.trouble("unreadable: " + text);
    }
  }

  /** As the protocol asks: subscribes again with what it has, and the window brings the rest. */
  private void again(String behind) {
    int from = BEHIND.length();
    String channel = behind.substring(from, behind.indexOf('"', from));
    int number = Integer.parseInt(channel.substring(channel.length() - 3));
    write(
        TEXT,
        "{\"t\":\"subscribe\",\"ref\":3,\"channel\":\""
            + channel
            + "\",\"after\":"
            + last[number - first]
            + "}");
  }

  /** Sends a message. Any thread. */
  void say(String text) {
    write(TEXT, text);
  }

  private synchronized void write(int opcode, String text) {
    try {
      ByteBuffer frame = MaskedFrame.of(opcode, text);
      socket.write(frame);
      if (frame.hasRemaining()) {
        swarm.trouble("the server takes no more of what a client says");
      }
    } catch (IOException e) {
      swarm.trouble("an answer could not be sent: " + e.getMessage());
    }
  }

  /** The highest seq of each of its channels. */
  long[] last() {
    return last;
  }

  /** What it was last told that was shed for it, by lane. Any thread. */
  Map<String, Long> shed() {
    return shed;
  }

  /** Whether it has been told that something was shed, and not yet that it is over. */
  boolean isDegraded() {
    return degraded;
  }

  int firstChannel() {
    return first;
  }
}
