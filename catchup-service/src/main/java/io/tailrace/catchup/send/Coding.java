package io.tailrace.catchup.send;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Content codings of an answer. */
enum Coding {
  /** As it is. */
  IDENTITY,
  /** gzip, RFC 1952. */
  GZIP;

  /**
   * Chooses by an Accept-Encoding header: gzip where the client names it or takes anything, and
   * does not give it the weight 0.
   */
  static Coding choose(@Nullable String acceptEncoding) {
    if (acceptEncoding == null) {
      return IDENTITY;
    }
    Coding byStar = IDENTITY;
    for (String element : acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] part = element.split(";", 2);
      Coding asked = part.length == 1 || isPositive(part[1].strip()) ? GZIP : IDENTITY;
      switch (part[0].strip()) {
        case "gzip", "x-gzip" -> {
          return asked;
        }
        case "*" -> byStar = asked;
        default -> {
          // A coding that is not spoken here.
        }
      }
    }
    return byStar;
  }

  private static boolean isPositive(String weight) {
    if (!weight.startsWith("q=")) {
      return true;
    }
    try {
      return Double.parseDouble(weight.substring(2)) > 0;
    } catch (NumberFormatException _) {
      return false;
    }
  }

  /**
   * The strong tag of a body in this coding. A strong tag stands for bytes, and gzip makes other
   * bytes; so each coding has its own, and nobody who holds one is told that he holds the other.
   */
  String tag(String of) {
    return this == GZIP ? of + "-gzip" : of;
  }
}
