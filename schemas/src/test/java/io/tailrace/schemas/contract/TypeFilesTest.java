package io.tailrace.schemas.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who reads the topic without anything of ours gets a JSON Schema per event type, as a file. */
class TypeFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path FILES = Path.of("src/main/resources/tailrace/types");

  /** Where it is false, the right files are left in {@code target/types}. */
  @Test
  void theFilesAreTheContracts() throws IOException {
    Map<String, String> expected = new TreeMap<>();
    for (Contract contract : Contracts.shipped().all()) {
      for (Map.Entry<String, DataSchema> type : contract.types().entrySet()) {
        expected.put(contract.kind() + "/" + type.getKey() + ".json", text(contract, type));
      }
    }
    for (Map.Entry<String, String> file : expected.entrySet()) {
      Path right = Path.of("target/types").resolve(file.getKey());
      Files.createDirectories(right.getParent());
      Files.writeString(right, file.getValue());
    }

    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(FILES)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        found.put(FILES.relativize(file).toString(), Files.readString(file));
      }
    }

    assertEquals(expected, found);
  }

  private static String text(Contract contract, Map.Entry<String, DataSchema> type)
      throws IOException {
    ObjectNode schema = JSON.createObjectNode();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", contract.kind() + ": data of " + type.getKey());
    schema.setAll((ObjectNode) type.getValue().source());
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(schema) + "\n";
  }
}
