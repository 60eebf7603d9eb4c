package io.tailrace.gateway.socket;

import io.tailrace.schemas.problem.ProblemCode;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames that a WebSocket client sends (RFC 6455, section 5), whatever pieces they arrive
 * in.
 *
 * <p>Clients must mask, must not set reserved bits, may fragment text, and may put control frames
 * between fragments. Binary messages are not part of the subprotocol. The size bound is that of a
 * whole message and is checked on the header, before anything is stored. Owned by one thread; after
 * a fault it must not be used again.
 */
public final class FrameParser {
  private static final int CONTROL_BYTES_MAX = 125;
  private static final int TEXT = 0x1;
  private static final int CLOSE = 0x8;
  private static final int PING = 0x9;
  private static final int PONG = 0xA;
  private static final int NO_STATUS = 1005;
  private static final byte[] EMPTY = {};

  private final int messageBytesMax;
  private final byte[] header = new byte[14];
  private int headerHave;
  private int headerNeed = 2;
  private boolean inPayload;
  private int opcode;
  private boolean last;
  private int payloadLeft;
  private int maskIndex;
  private boolean inMessage;
  private byte[] message = EMPTY;
  private int messageLength;
  private byte[] control = EMPTY;
  private int controlLength;

  /** What a client has sent. */
  public interface Sink {
    /** A whole text message, which is valid UTF-8. */
    void text(byte[] message);

    /** A ping, to be answered with the same payload. */
    void ping(byte[] payload);

    /** A pong: a sign of life. */
    void pong();

    /** The client closes; 1005 where it gives no code. Nothing follows. */
    void close(int code);
  }

  /**
   * Why the connection must be closed.
   *
   * @param reason short, for people
   */
  public record Fault(ProblemCode code, String reason) {}

  /**
   * A parser at the start of a connection.
   *
   * @param messageBytesMax bound of one message
   */
  public FrameParser(int messageBytesMax) {
    this.messageBytesMax = messageBytesMax;
  }

  /** Consumes all bytes given and hands over what they complete; null unless there is a fault. */
  public @Nullable Fault parse(ByteBuffer in, Sink sink) {
    while (true) {
      if (!inPayload) {
        while (headerHave < headerNeed && in.hasRemaining()) {
          header[headerHave++] = in.get();
          if (headerHave == 2) {
            headerNeed = headerLength();
          }
        }
        if (headerHave < headerNeed) {
          return null;
        }
        Fault fault = begin();
        if (fault != null) {
          return fault;
        }
      }
      take(in);
      if (payloadLeft > 0) {
        return null;
      }
      Fault fault = end(sink);
      if (fault != null) {
        return fault;
      }
    }
  }

  private int headerLength() {
    int length = header[1] & 0x7F;
    int masked = (header[1] & 0x80) != 0 ? 4 : 0;
    return 2 + masked + (length == 126 ? 2 : length == 127 ? 8 : 0);
  }

  private @Nullable Fault begin() {
    opcode = header[0] & 0x0F;
    last = (header[0] & 0x80) != 0;
    if ((header[0] & 0x70) != 0) {
      return bad("reserved bits are set, no extension was agreed");
    }
    if ((header[1] & 0x80) == 0) {
      return bad("frames of a client must be masked");
    }
    long length = payloadLength();
    Fault fault = opcode >= CLOSE ? refuseControl(length) : refuseData(length);
    if (fault != null) {
      return fault;
    }
    payloadLeft = (int) length;
    maskIndex = 0;
    inPayload = true;
    if (opcode >= CLOSE) {
      control = length == 0 ? EMPTY : new byte[payloadLeft];
      controlLength = 0;
    } else {
      inMessage = true;
      int needed = messageLength + payloadLeft;
      if (needed > message.length) {
        // A fragmented message grows at least by half, so that many small fragments stay linear.
        int grown = messageLength == 0 ? needed : Math.max(needed, messageLength * 3 / 2);
        message = Arrays.copyOf(message, Math.min(messageBytesMax, grown));
      }
    }
    return null;
  }

  private @Nullable Fault refuseControl(long length) {
    if (opcode != CLOSE && opcode != PING && opcode != PONG) {
      return bad("unknown opcode");
    }
    if (!last) {
      return bad("a control frame must not be fragmented");
    }
    return length > CONTROL_BYTES_MAX ? bad("a control frame holds at most 125 bytes") : null;
  }

  private @Nullable Fault refuseData(long length) {
    if (opcode > 2) {
      return bad("unknown opcode");
    }
    if (opcode == 2) {
      return bad("text frames only");
    }
    if (opcode == TEXT && inMessage) {
      return bad("a new message inside a fragmented one");
    }
    if (opcode == 0 && !inMessage) {
      return bad("a continuation of nothing");
    }
    if (length < 0 || length > messageBytesMax - messageLength) {
      return new Fault(
          ProblemCode.TOO_LARGE, "a message holds at most " + messageBytesMax + " bytes");
    }
    return null;
  }

  private long payloadLength() {
    int length = header[1] & 0x7F;
    int bytes = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (bytes == 0) {
      return length;
    }
    long number = 0;
    for (int i = 2; i < 2 + bytes; i++) {
      number = number << 8 | header[i] & 0xFF;
    }
    return number;
  }

  private void take(ByteBuffer in) {
    int n = Math.min(payloadLeft, in.remaining());
    boolean isControl = opcode >= CLOSE;
    byte[] into = isControl ? control : message;
    int at = isControl ? controlLength : messageLength;
    in.get(into, at, n);
    int maskAt = headerNeed - 4;
    for (int i = 0; i < n; i++) {
      into[at + i] ^= header[maskAt + (maskIndex++ & 3)];
    }
    payloadLeft -= n;
    if (isControl) {
      controlLength += n;
    } else {
      messageLength += n;
    }
  }

  private @Nullable Fault end(Sink sink) {
    inPayload = false;
    headerHave = 0;
    headerNeed = 2;
    if (opcode >= CLOSE) {
      return endControl(sink);
    }
    if (!last) {
      return null;
    }
    byte[] whole =
        message.length == messageLength ? message : Arrays.copyOf(message, messageLength);
    message = EMPTY;
    messageLength = 0;
    inMessage = false;
    if (!Utf8.isValid(whole, 0, whole.length)) {
      return bad("a text message must be UTF-8");
    }
    sink.text(whole);
    return null;
  }

  private @Nullable Fault endControl(Sink sink) {
    byte[] payload = control;
    control = EMPTY;
    switch (opcode) {
      case PING -> sink.ping(payload);
      case PONG -> sink.pong();
      default -> {
        if (payload.length == 0) {
          sink.close(NO_STATUS);
          return null;
        }
        if (payload.length == 1 || !Utf8.isValid(payload, 2, payload.length)) {
          return bad("a close frame holds a code and UTF-8 text");
        }
        int code = (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
        if (!isCloseCode(code)) {
          return bad("not a close code");
        }
        sink.close(code);
      }
    }
    return null;
  }

  /** RFC 6455, section 7.4: what may stand in a close frame. */
  private static boolean isCloseCode(int code) {
    return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006
        || code >= 3000 && code <= 4999;
  }

  private static Fault bad(String reason) {
    return new Fault(ProblemCode.BAD_FRAME, reason);
  }
}
