package io.tailrace.client.link;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/**
 * Reads server-sent events (HTML Living Standard, section 9.2.6) as far as this client needs them:
 * the data of each, lines joined by LF. Names and ids are passed over, since every frame says in
 * {@code t} what it is.
 */
final class EventStreamParser {
  private static final int EVENT_BYTES_MAX = 4 << 20;
  private static final byte[] DATA = {'d', 'a', 't', 'a'};

  private final InputStream in;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean afterReturn;

  EventStreamParser(InputStream in) {
    this.in = new BufferedInputStream(in);
  }

  /** To the end of the stream; {@code heard} is called for every line. */
  void forEach(Consumer<byte[]> event, Runnable heard) throws IOException {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    boolean any = false;
    while (readLine()) {
      heard.run();
      byte[] text = line.toByteArray();
      if (text.length == 0) {
        if (any) {
          event.accept(data.toByteArray());
        }
        data.reset();
        any = false;
      } else if (isData(text)) {
        if (any) {
          data.write('\n');
        }
        int from = text.length > 5 && text[5] == ' ' ? 6 : Math.min(5, text.length);
        data.write(text, from, text.length - from);
        any = true;
      }
      if (data.size() > EVENT_BYTES_MAX) {
        throw new IOException("an event over " + EVENT_BYTES_MAX + " bytes");
      }
    }
  }

  private static boolean isData(byte[] text) {
    for (int i = 0; i < DATA.length; i++) {
      if (i >= text.length || text[i] != DATA[i]) {
        return false;
      }
    }
    return text.length == DATA.length || text[DATA.length] == ':';
  }

  /** A line ends at LF, CR or both; what stands behind the last one is no line. */
  private boolean readLine() throws IOException {
    line.reset();
    int b;
    while ((b = in.read()) >= 0) {
      boolean skipped = afterReturn && b == '\n';
      afterReturn = b == '\r';
      if (skipped) {
        continue;
      }
      if (b == '\n' || b == '\r') {
        return true;
      }
      line.write(b);
      if (line.size() > EVENT_BYTES_MAX) {
        throw new IOException("a line over " + EVENT_BYTES_MAX + " bytes");
      }
    }
    return false;
  }
}
