package io.tailrace.standalone.cli;

import java.util.List;

/** Commands that another module brings to the command line; found by {@code ServiceLoader}. */
public interface CommandProvider {
  /** New objects annotated with picocli's {@code @Command}. */
  List<Object> commands();
}
