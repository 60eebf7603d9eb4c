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

/** How the files look: short, documented, without shortcuts, and the pages name what is there. */
class FilesTest {
  private static final Path HOUSE = Path.of("..").toAbsolutePath().normalize();
  private static final int LINES_MAX = 400;
  private static final List<String> STATED =
      List.of("Reads:", "Writes:", "Thread:", "Bound:", "When full:", "Fails:");

  @Test
  void noFileIsLongerThanItsReaderCanHold() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path file : sources()) {
      int lines = Files.readAllLines(file).size();
      if (lines > LINES_MAX) {
        tooLong.add(HOUSE.relativize(file) + " has " + lines);
      }
    }
    assertEquals(List.of(), tooLong);
  }

  @Test
  void everyPackageSaysWhatItReadsWritesAndDoesWhenFull() throws IOException {
    List<String> silent = new ArrayList<>();
    for (Path file : sources()) {
      Path info = file.resolveSibling("package-info.java");
      if (file.toString().contains("/src/main/") && !file.equals(info)) {
        String text =
            Files.exists(info) ? Files.readString(info).replaceAll("\\s*\\*\\s*|\\s+", " ") : "";
        for (String word : STATED) {
          if (!text.contains(word)) {
            silent.add(HOUSE.relativize(info) + " does not say " + word);
          }
        }
        if (!text.contains("@NullMarked")) {
          silent.add(HOUSE.relativize(info) + " is not @NullMarked");
        }
      }
    }
    assertEquals(List.of(), silent.stream().distinct().toList());
  }

  @Test
  void testsWaitForConditionsAndAreNotSwitchedOff() throws IOException {
    Pattern shortcut = Pattern.compile("Thread\\s*\\.\\s*sleep|@Disabled|assumeTrue\\(false");
    List<String> shortcuts = new ArrayList<>();
    for (Path file : sources()) {
      if (!file.endsWith("FilesTest.java")
          && file.toString().contains("/src/test/")
          && shortcut.matcher(Files.readString(file)).find()) {
        shortcuts.add(HOUSE.relativize(file).toString());
      }
    }
    assertEquals(List.of(), shortcuts);
  }

  @Test
  void theArchitecturePageNamesPackagesThatAreThere() throws IOException {
    Matcher name =
        Pattern.compile("`(io\\.tailrace(?:\\.[a-z]+)+)`")
            .matcher(Files.readString(HOUSE.resolve("ARCHITECTURE.md")));
    List<Path> all = sources();
    int found = 0;
    while (name.find()) {
      String folder = name.group(1).replace('.', '/');
      assertTrue(
          all.stream().anyMatch(file -> file.resolveSibling("").endsWith(folder)),
          name.group(1) + " is named in ARCHITECTURE.md but is not there");
      found++;
    }
    assertTrue(found > 0);
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(HOUSE)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.toString().contains("/target/"))
          .filter(file -> !file.toString().contains("/node_modules/"))
          .toList();
    }
  }
}
