package io.tailrace.gateway.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A WebSocket client on a plain socket, which can break every rule. For one thread. */
public final class RawSocket implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int TIMEOUT_MS = 60_000;
  private static final byte[] MASK = {1, 2, 3, 4};

  private final Socket socket;
  private final DataInputStream in;
  private final String handshake;

  /**
   * A frame of the server.
   *
   * @param opcode 1 text, 8 close, 9 ping, 10 pong; -1 where the connection has ended
   */
  public record Received(int opcode, byte[] payload) {
    /** The close code. */
    public int closeCode() {
      return ByteBuffer.wrap(payload).getShort() & 0xFFFF;
    }

    /** The payload as text. */
    public String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }
  }

  private RawSocket(int port, int receiveBuffer, String request) throws IOException {
    socket = new Socket();
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TIMEOUT_MS);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      head.write(in.readUnsignedByte());
    }
    handshake = head.toString(StandardCharsets.ISO_8859_1);
  }

  /** Opens a WebSocket as a good client does. */
  public static RawSocket open(int port) {
    return open(port, 0);
  }

  /** Opens one whose system buffer takes only so much. */
  public static RawSocket open(int port, int receiveBuffer) {
    RawSocket opened = request(port, receiveBuffer, request("") + "\r\n");
    if (!opened.handshake.startsWith("HTTP/1.1 101")) {
      throw new IllegalStateException(opened.handshake);
    }
    return opened;
  }

  /** Sends a whole request as it is. */
  public static RawSocket request(int port, int receiveBuffer, String request) {
    try {
      return new RawSocket(port, receiveBuffer, request);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lines of a good handshake, with more lines, without the empty one that ends it. */
  public static String request(String more) {
    return "GET /v1/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        + "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + "Sec-WebSocket-Protocol: chat, tailrace.v1.json\r\n"
        + more;
  }

  /** The head of the answer. */
  public String handshake() {
    return handshake;
  }

  /** Sends a text message. */
  public void send(String text) {
    sendFrame(0x81, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends one frame, masked. */
  public void sendFrame(int first, byte[] payload) {
    sendBytes(frame(first, payload));
  }

  /** Sends bytes as they are. */
  public void sendBytes(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A masked frame. */
  public static byte[] frame(int first, byte[] payload) {
    ByteBuffer out = ByteBuffer.allocate(payload.length + 14);
    out.put((byte) first);
    if (payload.length < 126) {
      out.put((byte) (0x80 | payload.length));
    } else if (payload.length < 65_536) {
      out.put((byte) (0x80 | 126)).putShort((short) payload.length);
    } else {
      out.put((byte) (0x80 | 127)).putLong(payload.length);
    }
    out.put(MASK);
    for (int i = 0; i < payload.length; i++) {
      out.put((byte) (payload[i] ^ MASK[i & 3]));
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  /** The next frame. */
  public Received receive() {
    try {
      int first = in.readUnsignedByte();
      int length = in.readUnsignedByte();
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = (int) in.readLong();
      }
      byte[] payload = new byte[length];
      in.readFully(payload);
      return new Received(first & 0x0F, payload);
    } catch (EOFException _) {
      return new Received(-1, new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The next JSON frame; pings are passed over, and who is here, which comes when it comes. A close
   * fails.
   */
  public JsonNode json() {
    while (true) {
      JsonNode node = anyJson();
      if (!node.path("t").asText().equals("presence")) {
        return node;
      }
    }
  }

  private JsonNode anyJson() {
    while (true) {
      Received frame = receive();
      switch (frame.opcode()) {
        case 1 -> {
          return parse(frame.payload());
        }
        case 8 -> throw new AssertionError("closed: " + frame.closeCode() + " " + frame.text());
        case -1 -> throw new AssertionError("ended");
        default -> {}
      }
    }
  }

  /** The next JSON frame with this name; others are passed over. */
  public JsonNode json(String t) {
    while (true) {
      JsonNode node = anyJson();
      if (node.path("t").asText().equals(t)) {
        return node;
      }
    }
  }

  /** The code with which the server closes; what it sends before is passed over. */
  public int closeCode() {
    while (true) {
      Received frame = receive();
      if (frame.opcode() == 8) {
        return frame.closeCode();
      }
      if (frame.opcode() == -1) {
        throw new AssertionError("ended without a close frame");
      }
    }
  }

  /** What is left of the answer's body. */
  public String rest() {
    try {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next byte of the answer's body. */
  public char character() {
    try {
      return (char) in.readUnsignedByte();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next line, without its end. */
  public String line() {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      int b;
      while ((b = in.read()) >= 0 && b != '\n') {
        line.write(b);
      }
      if (b < 0 && line.size() == 0) {
        throw new AssertionError("ended");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode parse(byte[] json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
