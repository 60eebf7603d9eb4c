package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** However many readers come, PostgreSQL hears nothing of them: the gateway cannot speak to it. */
final class NoDatabaseTest {
  private static final Path CLASSES = Path.of("target", "classes");

  @Test
  void noClassKnowsADatabase() throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(CLASSES)) {
      files = walk.filter(file -> file.toString().endsWith(".class")).toList();
    }
    assertTrue(files.size() > 30, "the gateway's classes are looked at: " + files.size());
    for (Path file : files) {
      List<String> databases =
          StreamSupport.stream(ClassFile.of().parse(file).constantPool().spliterator(), false)
              .filter(ClassEntry.class::isInstance)
              .map(entry -> ((ClassEntry) entry).asInternalName())
              .filter(name -> name.matches("(java/sql|javax/sql|org/postgresql)/.*"))
              .toList();
      assertEquals(List.of(), databases, file.toString());
    }
  }
}
