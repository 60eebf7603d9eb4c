package io.tailrace.load.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every row of the threat model names tests, and they are there. */
class SecurityPageTest {
  private static final Path HOUSE = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern NAMED = Pattern.compile("`([a-zA-Z.-]+)#([a-zA-Z0-9_]+)`");
  private static final String HEAD = "| attacker | way in | what stops it | test |";
  private static final int CELLS = 4;

  @Test
  void everyRowNamesATestThatIsThere() throws IOException {
    List<Path> tests = tests();
    List<String> missing = new ArrayList<>();
    int rows = 0;
    for (String row : rows()) {
      rows++;
      String[] cell = row.substring(1).split(" \\| | \\|$", -1);
      if (cell.length < CELLS) {
        missing.add("a cell in: " + row);
        continue;
      }
      Matcher named = NAMED.matcher(cell[CELLS - 1]);
      int found = 0;
      while (named.find()) {
        found++;
        if (!isThere(tests, named.group(1), named.group(2))) {
          missing.add(named.group());
        }
      }
      if (found == 0) {
        missing.add("any test in: " + row);
      }
    }

    assertEquals(List.of(), missing);
    assertTrue(rows > 0);
  }

  /** The rows of every table of that head. */
  private static List<String> rows() throws IOException {
    List<String> rows = new ArrayList<>();
    boolean within = false;
    for (String line : Files.readAllLines(HOUSE.resolve("SECURITY.md"))) {
      within = line.equals(HEAD) || within && line.startsWith("|");
      if (within && !line.equals(HEAD) && !line.startsWith("| ---")) {
        rows.add(line);
      }
    }
    return rows;
  }

  private static boolean isThere(List<Path> tests, String type, String method) throws IOException {
    String file = "/" + type.replace('.', '/') + ".java";
    int found = 0;
    for (Path test : tests) {
      if (test.toString().endsWith(file)
          && Files.readString(test).contains("\n  void " + method + "(")) {
        found++;
      }
    }
    // A name that fits two classes does not say which of them is meant.
    return found == 1;
  }

  private static List<Path> tests() throws IOException {
    try (Stream<Path> files = Files.walk(HOUSE)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> file.toString().contains("/src/test/"))
          .filter(file -> !file.toString().contains("/target/"))
          .toList();
    }
  }
}
