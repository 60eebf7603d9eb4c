package io.tailrace.load.isolation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests as they were written, byte by byte: a client library would put right what is to be
 * wrong. One thread.
 */
final class RawHttp implements AutoCloseable {
  private static final int CONNECT_MS = 60_000;
  private static final int ANSWER_MS = 90_000;
  private static final int HEAD_MAX = 64 << 10;
  private static final int BODY_MAX = 16 << 20;

  private static final Raw NONE = new Raw(0, "\r\n\r\n");

  private final URI base;
  private @Nullable Socket socket;
  private @Nullable InputStream in;

  RawHttp(URI base) {
    this.base = base;
  }

  /**
   * An answer as it came.
   *
   * @param text head and body, a character for each byte
   */
  record Raw(int status, String text) {
    String body() {
      return text.substring(text.indexOf("\r\n\r\n") + 4);
    }
  }

  /**
   * Sends a request and reads its answer. A connection that has ended is opened anew, once; where
   * that ends too, the request is one that gets no answer: status 0.
   */
  Raw send(String request) throws IOException {
    boolean fresh = socket == null;
    try {
      return sendNow(request);
    } catch (SocketTimeoutException e) {
      throw new IOException("no answer to " + request, e);
    } catch (IOException _) {
      close();
    }
    // The one before may have closed it: all of these requests may be sent twice.
    return fresh ? NONE : send(request);
  }

  private Raw sendNow(String request) throws IOException {
    Socket open = socket;
    InputStream from = in;
    if (open == null || from == null) {
      open = new Socket();
      socket = open;
      open.setTcpNoDelay(true);
      open.connect(new InetSocketAddress(base.getHost(), base.getPort()), CONNECT_MS);
      open.setSoTimeout(ANSWER_MS);
      from = new BufferedInputStream(open.getInputStream(), 1 << 16);
      in = from;
    }
    open.getOutputStream().write(request.getBytes(ISO_8859_1));
    return read(from, request.startsWith("HEAD "));
  }

  private Raw read(InputStream from, boolean isHead) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    String head = head(from, all);
    int status = Integer.parseInt(head.substring(9, 12));
    String lower = head.toLowerCase(Locale.ROOT);
    boolean ends = lower.contains("\r\nconnection: close\r\n");
    if (!isHead && status != 204 && status != 304) {
      int length = lower.indexOf("\r\ncontent-length:");
      if (lower.contains("\r\ntransfer-encoding: chunked\r\n")) {
        chunks(from, all);
      } else if (length >= 0) {
        String value = lower.substring(length + 17, lower.indexOf("\r\n", length + 17));
        copy(from, all, Integer.parseInt(value.strip()));
      } else {
        all.writeBytes(from.readNBytes(BODY_MAX));
        ends = true;
      }
    }
    // What was wrongly cut may stand behind a refused request.
    if (ends || status == 400) {
      close();
    }
    return new Raw(status, all.toString(ISO_8859_1));
  }

  private static String head(InputStream from, ByteArrayOutputStream all) throws IOException {
    int matched = 0;
    while (matched < 4) {
      int next = one(from);
      all.write(next);
      matched = next == "\r\n\r\n".charAt(matched) ? matched + 1 : next == '\r' ? 1 : 0;
      if (all.size() > HEAD_MAX) {
        throw new IOException("the answer's head does not end");
      }
    }
    return all.toString(ISO_8859_1);
  }

  /** The data alone: a text that is cut between two chunks must be seen as well. */
  private static void chunks(InputStream from, ByteArrayOutputStream all) throws IOException {
    while (true) {
      int size = Integer.parseInt(line(from).strip(), 16);
      copy(from, all, size);
      line(from);
      if (size == 0) {
        return;
      }
    }
  }

  private static String line(InputStream from) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = one(from); next != '\n'; next = one(from)) {
      line.append((char) next);
    }
    return line.toString();
  }

  private static void copy(InputStream from, ByteArrayOutputStream to, int length)
      throws IOException {
    byte[] bytes = from.readNBytes(length);
    if (bytes.length < length || to.size() > BODY_MAX) {
      throw new EOFException("the answer ended within its body");
    }
    to.writeBytes(bytes);
  }

  private static int one(InputStream from) throws IOException {
    int next = from.read();
    if (next < 0) {
      throw new EOFException("the connection ended before an answer");
    }
    return next;
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
    }
    socket = null;
    in = null;
  }
}
