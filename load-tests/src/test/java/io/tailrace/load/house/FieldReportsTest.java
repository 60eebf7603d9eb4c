package io.tailrace.load.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of field reports names tests that are there, for every report. */
class FieldReportsTest {
  private static final Path HOUSE = Path.of("..").toAbsolutePath().normalize();
  private static final int REPORTS = 18;
  private static final Pattern ROW = Pattern.compile("^\\| (\\d+) \\|.*");
  private static final Pattern NAMED = Pattern.compile("`([a-zA-Z.-]+)#([^`]+)`");

  @Test
  void everyReportIsThereOnceInOrder() throws IOException {
    var numbers = page().map(ROW::matcher).filter(m -> m.matches()).map(m -> m.group(1)).toList();

    assertEquals(IntStream.rangeClosed(1, REPORTS).mapToObj(Integer::toString).toList(), numbers);
  }

  @Test
  void everyTestThatIsNamedIsThere() throws IOException {
    List<String> missing = new ArrayList<>();
    for (var row : page().filter(line -> ROW.matcher(line).matches()).toList()) {
      var named = NAMED.matcher(row);
      int found = 0;
      while (named.find()) {
        found++;
        if (!isThere(named.group(1), named.group(2))) {
          missing.add(named.group());
        }
      }
      if (found == 0) {
        missing.add("any test in: " + row);
      }
    }

    assertEquals(List.of(), missing);
  }

  private static boolean isThere(String where, String name) throws IOException {
    return where.endsWith(".js")
        ? holds(HOUSE.resolve("clients/js/test").resolve(where), "test('" + name)
        : javaHolds(where.replace('.', '/') + ".java", "void " + name + "(");
  }

  private static boolean javaHolds(String path, String method) throws IOException {
    try (Stream<Path> files = Files.walk(HOUSE)) {
      for (var file : files.filter(f -> f.endsWith(path)).toList()) {
        if (file.toString().contains("/src/test/") && holds(file, method)) {
          return true;
        }
      }
      return false;
    }
  }

  private static boolean holds(Path file, String text) throws IOException {
    return Files.exists(file) && Files.readString(file).contains(text);
  }

  private static Stream<String> page() throws IOException {
    return Files.readAllLines(HOUSE.resolve("docs/field-reports.md")).stream();
  }
}
