package io.tailrace.load.bench;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One client of a {@link Storm}: connects, resumes, and checks every seq and the chain of the last
 * event. Owned by the storm's thread.
 */
final class StormClient {
  private static final byte[] NONE = {};
  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final Pattern RETRY_AFTER = Pattern.compile("\"retryAfterMs\":(\\d+)");

  private final Storm storm;
  private final Storm.Plan plan;
  private final String token;
  private @Nullable SocketChannel socket;
  private byte[] rest = NONE;
  private boolean upgraded;
  private boolean exact;
  private long last;
  private int connects;

  StormClient(Storm storm, Storm.Plan plan, String token) {
    this.storm = storm;
    this.plan = plan;
    this.token = token;
    this.last = plan.after();
  }

  void connect() {
    connects++;
    rest = NONE;
    upgraded = false;
    try {
      socket = storm.open(this);
    } catch (IOException e) {
      lost(String.valueOf(e.getMessage()));
    }
  }

  /** The connection is there: the handshake, and behind it what a client says at once. */
  void connected() throws IOException {
    SocketChannel now = socket();
    now.finishConnect();
    storm.readFrom(now, this);
    now.write(Upgrade.request(plan.url().getAuthority()));
  }

  /** Reads what there is; the storm's bytes are used up when it returns. */
  void read(byte[] bytes) throws IOException {
    System.arraycopy(rest, 0, bytes, 0, rest.length);
    int got = socket().read(ByteBuffer.wrap(bytes, rest.length, bytes.length - rest.length));
    if (got < 0) {
      throw new EOFException("the server ended the connection");
    }
    storm.counts().bytes += got;
    int to = rest.length + got;
    int from = upgraded ? 0 : upgrade(bytes, to);
    if (upgraded) {
      from = FrameCutter.cut(bytes, from, to, this::frame);
    }
    rest = socket == null || from == to ? NONE : Arrays.copyOfRange(bytes, from, to);
  }

  private int upgrade(byte[] bytes, int to) throws IOException {
    String head = new String(bytes, 0, to, StandardCharsets.ISO_8859_1);
    int end = head.indexOf("\r\n\r\n");
    if (end < 0) {
      return 0;
    }
    if (head.startsWith("HTTP/1.1 503")) {
      Matcher told = RETRY_AFTER.matcher(head);
      boolean found = told.find();
      if (found || head.endsWith("}")) {
        storm.counts().refused++;
        again(found ? Long.parseLong(told.group(1)) : -1);
      }
      return 0;
    }
    if (!head.startsWith("HTTP/1.1 101")) {
      storm.trouble("the handshake was answered with " + head.lines().findFirst().orElse(""));
      close();
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
    MaskedFrame.append(out, TEXT, subscribe());
    socket().write(ByteBuffer.wrap(out.toByteArray()));
    return end + 4;
  }

  private String subscribe() {
    return "{\"t\":\"subscribe\",\"ref\":2,\"channel\":\""
        + plan.probe().channel(0)
        + "\",\"after\":"
        + last
        + (last == plan.after() ? plan.place() : "")
        + "}";
  }

  private void frame(int opcode, byte[] bytes, int from, int to) {
    if (opcode == TEXT) {
      if (EventProbe.isEvent(bytes, from)) {
        event(bytes, from, to);
      } else {
        other(new String(bytes, from, to - from, StandardCharsets.UTF_8));
      }
    } else if (opcode == PING) {
      write(PONG, new String(bytes, from, to - from, StandardCharsets.US_ASCII));
    } else if (opcode == CLOSE) {
      int code = (bytes[from] & 0xff) << 8 | bytes[from + 1] & 0xff;
      storm.counts().closes.merge(code, 1, Integer::sum);
    }
  }

  private void event(byte[] bytes, int from, int to) {
    long seq = plan.probe().seqOf(bytes, from);
    if (seq != last + 1) {
      storm.trouble("seq " + seq + " came after " + last);
    }
    last = seq;
    storm.counts().events++;
    if (seq == plan.head() && !exact) {
      String frame = new String(bytes, from, to - from, StandardCharsets.UTF_8);
      if (frame.contains("\"chain\":\"" + plan.headChain() + "\"")) {
        exact = true;
        storm.isExact();
      } else {
        storm.trouble("another chain at head: " + frame);
      }
    }
  }

  private void other(String text) {
    if (text.startsWith("{\"t\":\"subscribed\"")) {
      if (text.contains("\"catchUp\"")) {
        storm.counts().catchUps++;
        storm.trouble("not in the window: " + text);
      }
    } else if (text.startsWith("{\"t\":\"behind\"")) {
      storm.counts().behind++;
      write(TEXT, subscribe());
    } else if (text.startsWith("{\"t\":\"error\"") && text.contains("\"not_ready\"")) {
      storm.counts().putOff++;
      Matcher told = RETRY_AFTER.matcher(text);
      int asked = connects;
      storm.later(
          told.find() ? Long.parseLong(told.group(1)) : -1,
          () -> {
            if (connects == asked) {
              write(TEXT, subscribe());
            }
          });
    } else if (text.startsWith("{\"t\":\"error\"") || text.startsWith("{\"t\":\"reset\"")) {
      storm.trouble(text);
    }
  }

  /** A connection that was refused or cut: another one, after a while. */
  void lost(String why) {
    storm.counts().lost++;
    if (exact) {
      storm.trouble("an exact client lost its connection: " + why);
    } else {
      again(-1);
    }
  }

  private void again(long ms) {
    close();
    storm.later(ms, this::connect);
  }

  private void write(int opcode, String text) {
    try {
      socket().write(MaskedFrame.of(opcode, text));
    } catch (IOException e) {
      storm.trouble("an answer could not be sent: " + e.getMessage());
    }
  }

  private SocketChannel socket() throws IOException {
    SocketChannel now = socket;
    if (now == null) {
      throw new IOException("not connected");
    }
    return now;
  }

  void close() {
    SocketChannel now = socket;
    socket = null;
    if (now != null) {
      try {
        now.close();
      } catch (IOException _) {
        // Nobody waits for it any more.
      }
    }
  }
}
