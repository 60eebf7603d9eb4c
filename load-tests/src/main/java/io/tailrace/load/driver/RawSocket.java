package io.tailrace.load.driver;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A WebSocket (RFC 6455) as bare as it can be: it sends any bytes that it is told to, also wrong
 * ones, which a real client library would refuse to do. One thread reads, one sends.
 */
public final class RawSocket implements AutoCloseable {
  /** Opcodes of RFC 6455, section 11.8. */
  public static final int TEXT = 1;

  public static final int BINARY = 2;
  public static final int CLOSE = 8;
  public static final int PING = 9;
  public static final int PONG = 10;

  private static final int CONNECT_MS = 5_000;
  private static final int PAYLOAD_MAX = 8 << 20;
  private static final int HEAD_MAX = 16 << 10;

  /** How long the rest of a frame may take once it has begun. */
  private static final int FRAME_MS = 10_000;

  /** A frame as it came. */
  public record Frame(boolean fin, int opcode, byte[] payload) {
    public String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    /** The code of a close frame, 1005 where it has none (RFC 6455, section 7.1.5). */
    public int closeCode() {
      return payload.length < 2 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xffff;
    }
  }

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private final String head;
  private int receiveMs;

  private RawSocket(Socket socket, DataInputStream in, String head) throws IOException {
    this.socket = socket;
    this.in = in;
    this.out = socket.getOutputStream();
    this.head = head;
  }

  /**
   * Connects and upgrades to {@code /v1/ws}.
   *
   * @throws IOException if nobody listens or the answer is not 101; the message holds the status
   *     line
   */
  public static RawSocket open(URI base, String... headers) throws IOException {
    var socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(base.getHost(), base.getPort()), CONNECT_MS);
      socket.setSoTimeout(CONNECT_MS);
      var request =
          "GET /v1/ws HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: tailrace.v1.json\r\n%s\r\n"
              .formatted(
                  base.getHost(),
                  base.getPort(),
                  headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n");
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      var in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
      var head = head(in);
      if (!head.startsWith("HTTP/1.1 101 ")) {
        throw new IOException("no upgrade: " + head.lines().findFirst().orElse(""));
      }
      socket.setSoTimeout(0);
      return new RawSocket(socket, in, head);
    } catch (IOException failure) {
      socket.close();
      throw failure;
    }
  }

  private static String head(DataInputStream in) throws IOException {
    var head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      head.append((char) in.readUnsignedByte());
      if (head.length() > HEAD_MAX) {
        throw new IOException("the answer's head does not end");
      }
    }
    return head.toString();
  }

  /** The head of the answer to the upgrade. */
  public String head() {
    return head;
  }

  public void sendText(String text) throws IOException {
    send(true, TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends one masked frame. */
  public void send(boolean fin, int opcode, byte[] payload) throws IOException {
    var frame = ByteBuffer.allocate(payload.length + 14);
    frame.put((byte) ((fin ? 0x80 : 0) | opcode));
    if (payload.length < 126) {
      frame.put((byte) (0x80 | payload.length));
    } else if (payload.length < 1 << 16) {
      frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
    } else {
      frame.put((byte) (0x80 | 127)).putLong(payload.length);
    }
    int mask = ThreadLocalRandom.current().nextInt();
    frame.putInt(mask);
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ (mask >>> (24 - 8 * (i & 3)))));
    }
    sendBytes(frame.array(), frame.position());
  }

  /** Sends bytes as they are, frame or not. */
  public void sendBytes(byte[] bytes, int length) throws IOException {
    out.write(bytes, 0, length);
    out.flush();
  }

  /** How long {@link #receive} waits; 0 for ever. */
  public void receiveTimeout(int ms) throws IOException {
    receiveMs = ms;
    socket.setSoTimeout(ms);
  }

  /**
   * The next frame.
   *
   * @throws SocketTimeoutException if none begins in time
   * @throws java.io.EOFException if the connection ended without a close frame
   * @throws IOException if one has begun and does not go on
   */
  public Frame receive() throws IOException {
    int first = in.readUnsignedByte();
    socket.setSoTimeout(FRAME_MS);
    try {
      return rest(first);
    } catch (SocketTimeoutException e) {
      // Not the caller's time-out: what has been read of the frame cannot be put back.
      throw new IOException("a frame does not go on", e);
    } finally {
      socket.setSoTimeout(receiveMs);
    }
  }

  private Frame rest(int first) throws IOException {
    int second = in.readUnsignedByte();
    if ((second & 0x80) != 0) {
      throw new ProtocolViolation("a server must not mask its frames");
    }
    long length = second & 0x7f;
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = in.readLong();
    }
    if (length < 0 || length > PAYLOAD_MAX) {
      throw new ProtocolViolation("a frame of " + length + " bytes");
    }
    var payload = new byte[(int) length];
    in.readFully(payload);
    return new Frame((first & 0x80) != 0, first & 0xf, payload);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
