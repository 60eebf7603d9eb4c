package io.tailrace.catchup.stream;

import io.tailrace.schemas.frame.JsonText;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the records of a stream are told apart. */
public enum StreamFormat {
  /**
   * RFC 7464: a record separator (0x1E) before each record, a line feed behind it. Data stands in
   * it byte for byte, line breaks between its tokens too, so that chains can be computed.
   */
  SEQUENCE("application/json-seq"),

  /**
   * One record a line. A line break between the tokens of some data, which would end the line,
   * comes as a space; everything else is as written.
   */
  LINES("application/x-ndjson");

  private static final char RECORD_SEPARATOR = 0x1e;

  private final String mediaType;

  StreamFormat(String mediaType) {
    this.mediaType = mediaType;
  }

  /** Its media type. */
  public String mediaType() {
    return mediaType;
  }

  /** The format that an Accept header asks for by name; null for none. */
  public static @Nullable StreamFormat accepted(@Nullable String accept) {
    if (accept != null) {
      for (String range : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
        String type = range.split(";", 2)[0].strip();
        for (StreamFormat format : values()) {
          if (format.mediaType.equals(type)) {
            return format;
          }
        }
      }
    }
    return null;
  }

  /** Appends one record. */
  void record(JsonText out, byte[] json) {
    if (this == SEQUENCE) {
      out.put(RECORD_SEPARATOR).raw(json).put('\n');
      return;
    }
    int from = out.length();
    out.raw(json).put('\n');
    byte[] bytes = out.array();
    // Inside a JSON string a raw line feed is not allowed: each one stands between tokens.
    for (int i = from; i < from + json.length; i++) {
      if (bytes[i] == '\n') {
        bytes[i] = ' ';
      }
    }
  }
}
