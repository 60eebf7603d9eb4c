package io.tailrace.load.proxy;

/** What happens to one connection. */
public sealed interface Fault {

  /** How it is called where it is counted. */
  String words();

  /** Nothing. */
  record None() implements Fault {
    @Override
    public String words() {
      return "untouched";
    }
  }

  /**
   * The connection ends after {@code bytes} more from the server.
   *
   * @param reset with a reset, else with a plain end
   */
  record Cut(Trigger trigger, long bytes, boolean reset) implements Fault {
    @Override
    public String words() {
      return switch (trigger) {
        case CONNECTED -> "cut in the handshake";
        case SUBSCRIBED -> "cut after subscribed";
        case EVENT -> "cut in a frame";
        case DRAIN -> "cut after drain";
        case PAGE -> "cut in a page";
      };
    }
  }

  /**
   * After {@code bytes} more from the server nothing passes any more in either direction, and
   * neither side is told; after {@code ms} it is found out, with a reset.
   */
  record HalfOpen(Trigger trigger, long bytes, long ms) implements Fault {
    @Override
    public String words() {
      return "half-open";
    }
  }

  /** What the server sends is collected for {@code ms} and then passed on as one. */
  record Buffer(long ms) implements Fault {
    @Override
    public String words() {
      return "buffered";
    }
  }

  /** Everything comes {@code ms} later than it might. */
  record Delay(long ms) implements Fault {
    @Override
    public String words() {
      return "delayed";
    }
  }
}
