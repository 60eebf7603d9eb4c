package io.tailrace.schemas.testkit;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Random;

/**
 * Names as an attacker would write them: right ones out of few letters, so that they often meet,
 * and wrong ones that some layer might take for a right one. The same seed gives the same names.
 * One thread.
 */
public final class HostileNames {
  private static final int LONG = 5_000;

  private static final String[] PIECES = {
    "/",
    ":",
    "\\",
    ".",
    "..",
    "../",
    "/..",
    ";",
    ";a=b",
    ",",
    "=",
    "*",
    "?",
    "#",
    "&",
    "@",
    "%",
    "%2f",
    "%2F",
    "%252f",
    "%25252f",
    "%3a",
    "%3b",
    "%2e%2e",
    "%00",
    "%0d%0a",
    "%c0%af",
    "%u002f",
    "\0",
    " ",
    "\t",
    "\r\n",
    "\n",
    "\u00a0",
    "\u200b",
    "\u202e",
    "\ufeff",
    "\u0301",
    "\ud800",
    "\udfff",
    "\ud83d\ude80",
    "\uff0f",
    "\uff1a",
    "\u2044",
    "\u2215",
    "\u0130",
    "\u0131",
    "\u212a",
    "\u017f",
    "\u00e9",
    "e\u0301",
    "\u0430",
    "\u0435",
    "\uff41",
    "\u00df",
    "acme/",
    "acme/chat:",
    "chat:",
    "demo/",
    "internal/v1/",
    "null",
    "\"",
    "'",
    "<",
    "{",
    "}"
  };

  /** Letters, and what looks like them or folds into them. */
  private static final String[][] ALIKE = {
    {"a", "A", "\u0430", "\uff41", "\u00e4", "a\u0308"},
    {"c", "C", "\u0441", "\uff43"},
    {"e", "E", "\u0435", "\uff45", "\u00e9", "e\u0301"},
    {"h", "H", "\u04bb", "\uff48"},
    {"i", "I", "\u0130", "\u0131", "\u0456"},
    {"k", "K", "\u212a", "\uff4b"},
    {"o", "O", "\u043e", "0", "\uff4f"},
    {"s", "S", "\u017f", "\u0455"},
    {"t", "T", "\uff54"},
    {"-", "\u2010", "\u2011", "\u2212", "_"},
    {".", "\u2024", "\uff0e", "\u3002"}
  };

  private final Random random;

  /** Names of this seed. */
  public HostileNames(long seed) {
    this.random = new Random(seed);
  }

  /** How many tries: the property {@code tailrace.fuzz.tries}, or what fits into every build. */
  public static int tries(int inEveryBuild) {
    return Integer.getInteger("tailrace.fuzz.tries", inEveryBuild);
  }

  /** Where to start: the property {@code tailrace.fuzz.seed}, or anywhere; printed either way. */
  public static long seed() {
    long seed = Long.getLong("tailrace.fuzz.seed", new Random().nextInt(1_000_000));
    System.out.println("tailrace.fuzz.seed=" + seed);
    return seed;
  }

  /** The same numbers that the names are made of. */
  public Random random() {
    return random;
  }

  /** A right tenant name, one of few. */
  public String tenant() {
    return pick("a", "b", "ab", "a-b", "acme", "acme-", "acme2", "demo", "0", "a".repeat(63));
  }

  /** A right channel name, {@code kind:id}, one of few enough to meet others. */
  public String channel() {
    String kind = pick("chat", "doc", "feed", "inbox", "a", "ab", "a-b", "k".repeat(32));
    String id =
        pick(
            "a",
            "b",
            "ab",
            "A",
            "a.b",
            "..",
            ".",
            "~",
            "_",
            "-",
            "acme",
            "chat",
            "1",
            "1.2",
            "%2f",
            "i".repeat(200));
    return kind + ":" + (id.equals("%2f") ? Integer.toString(random.nextInt(50)) : id);
  }

  /** A right name or a twisted one, as whole as {@code tenant/kind:id} or in parts. */
  public String any() {
    return switch (random.nextInt(8)) {
      case 0 -> channel();
      case 1 -> twisted(channel());
      case 2 -> twisted(tenant());
      case 3 -> tenant() + "/" + channel();
      case 4 -> twisted(tenant() + "/" + channel());
      case 5 -> twisted(pick("", "/", ":", "a:", ":a", "a/", "/a", "a/b:", "/b:c", "a:b/c:d"));
      case 6 -> twisted(twisted(channel()));
      default -> noise();
    };
  }

  /** The text with one thing changed. */
  public String twisted(String text) {
    int at = text.isEmpty() ? 0 : random.nextInt(text.length() + 1);
    return switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> text.substring(0, at) + pick(PIECES) + text.substring(at);
      case 4, 5 -> alike(text);
      case 6 -> text.isEmpty() ? text : text.substring(0, Math.max(0, at - 1)) + text.substring(at);
      case 7 -> text.toUpperCase(Locale.ROOT);
      case 8 -> Normalizer.normalize(text + pick(PIECES), form());
      case 9 -> text.substring(at) + text.substring(0, at);
      case 10 -> escaped(text, at);
      default ->
          random.nextInt(200) == 0 ? text.repeat(1 + LONG / (1 + text.length())) : text + text;
    };
  }

  private Normalizer.Form form() {
    Normalizer.Form[] forms = Normalizer.Form.values();
    return forms[random.nextInt(forms.length)];
  }

  private String alike(String text) {
    String[] letters = ALIKE[random.nextInt(ALIKE.length)];
    return text.replace(letters[0], letters[1 + random.nextInt(letters.length - 1)]);
  }

  /** One character as a URL, a JSON text or a form would write it. */
  private static String escaped(String text, int at) {
    if (at == text.length()) {
      return text;
    }
    char c = text.charAt(at);
    String code =
        switch (at % 3) {
          case 0 -> String.format("%%%02x", (int) c);
          case 1 -> String.format("%%25%02x", (int) c);
          default -> String.format("\\u%04x", (int) c);
        };
    return text.substring(0, at) + code + text.substring(at + 1);
  }

  private String noise() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      text.append((char) (random.nextBoolean() ? random.nextInt(128) : random.nextInt(65_536)));
    }
    return text.toString();
  }

  /** One of them. */
  public String pick(String... of) {
    return of[random.nextInt(of.length)];
  }
}
