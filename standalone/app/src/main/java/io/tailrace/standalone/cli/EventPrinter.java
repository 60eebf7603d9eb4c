package io.tailrace.standalone.cli;

import io.tailrace.client.ChannelEvent;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.frame.JsonText;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Events on standard output, one per line, always UTF-8 whatever the locale says. For one thread.
 */
final class EventPrinter {
  private static final int BUFFER_BYTES = 1 << 16;

  private final PrintStream out;
  private final boolean json;
  private final JsonText line = new JsonText(1024);

  EventPrinter(boolean json) {
    this(new FileOutputStream(FileDescriptor.out), json);
  }

  EventPrinter(OutputStream to, boolean json) {
    this.out =
        new PrintStream(new BufferedOutputStream(to, BUFFER_BYTES), false, StandardCharsets.UTF_8);
    this.json = json;
  }

  void print(ChannelEvent event) {
    line.reset();
    if (json) {
      json(line, event);
    } else {
      forPeople(event);
    }
    line.put('\n');
    out.write(line.array(), 0, line.length());
  }

  void text(String text) {
    out.print(text + "\n");
  }

  void raw(JsonText text) {
    out.write(text.array(), 0, text.length());
    out.print('\n');
  }

  /** False when nobody reads any more, as after {@code | head}. */
  boolean flush() {
    return !out.checkError();
  }

  private void forPeople(ChannelEvent event) {
    Envelope envelope = event.envelope();
    String author = envelope.author() == null ? "-" : envelope.author();
    String entity = envelope.entity() == null ? "" : "  " + envelope.entity();
    String text =
        event.seq()
            + "  "
            + envelope.time()
            + "  "
            + author
            + "  "
            + envelope.type()
            + entity
            + "  "
            + event.dataText();
    line.raw(printable(text).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * What a terminal would take for a command is shown as U+FFFD; white space between tokens as a
   * blank.
   */
  static String printable(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints()
        .map(
            c -> c == '\n' || c == '\r' || c == '\t' ? ' ' : Character.isISOControl(c) ? 0xFFFD : c)
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }

  /** The event with its epoch; data as it was written, but for line breaks between its tokens. */
  static void json(JsonText out, ChannelEvent event) {
    Envelope envelope = event.envelope();
    out.ascii("{\"channel\":").string(event.channel());
    out.ascii(",\"epoch\":").number(event.epoch());
    out.ascii(",\"seq\":").number(event.seq());
    out.ascii(",\"id\":").string(envelope.id());
    out.ascii(",\"type\":").string(envelope.type());
    present(out, ",\"entity\":", envelope.entity());
    present(out, ",\"author\":", envelope.author());
    out.ascii(",\"time\":").string(envelope.time());
    present(out, ",\"traceId\":", event.traceId());
    out.ascii(",\"chain\":\"").ascii(Chain.hex(event.chain())).ascii("\",\"data\":");
    int from = out.length();
    out.raw(event.data());
    for (int i = from; i < out.length(); i++) {
      if (out.array()[i] == '\n' || out.array()[i] == '\r') {
        out.array()[i] = ' '; // inside strings JSON has none
      }
    }
    out.put('}');
  }

  private static void present(JsonText out, String name, @Nullable String value) {
    if (value != null) {
      out.ascii(name).string(value);
    }
  }
}
