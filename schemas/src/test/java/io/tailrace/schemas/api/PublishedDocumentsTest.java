package io.tailrace.schemas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.frame.ServerFrame;
import io.tailrace.schemas.problem.ProblemCode;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/**
 * The published documents say what the code has: the same codes, the same frames, the same members.
 */
class PublishedDocumentsTest {
  private static final Map<String, Object> OPENAPI = read("openapi.yaml");
  private static final Map<String, Object> ASYNCAPI = read("asyncapi.yaml");

  /** Frames and records that are written where they come to be, and have no record in schemas. */
  private static final Set<String> WRITTEN_ELSEWHERE =
      Set.of(
          "event",
          "signalShown",
          "signalRecord",
          "receiptShown",
          "receiptRecord",
          "presenceShown",
          "presenceRecord");

  @Test
  void everyProblemCodeIsPublishedAndNoOther() {
    Set<String> code = new TreeSet<>();
    for (ProblemCode each : ProblemCode.values()) {
      code.add(each.code());
    }

    Object published = at(OPENAPI, "components", "schemas", "ProblemCode", "enum");

    assertEquals(code, new TreeSet<>((List<?>) published));
  }

  @Test
  void everyFrameIsPublishedAndNoOther() {
    Set<String> code = new TreeSet<>(WRITTEN_ELSEWHERE);
    for (Class<?> frame : frames()) {
      code.add(nameOf(frame));
    }

    Set<?> published = map(ASYNCAPI, "components", "messages").keySet();

    assertEquals(code, new TreeSet<>(published.stream().map(String::valueOf).toList()));
  }

  @Test
  void aFrameIsPublishedWithTheMembersOfItsRecord() {
    for (Class<?> frame : frames()) {
      Set<String> code = new TreeSet<>(Set.of("t"));
      for (RecordComponent component : frame.getRecordComponents()) {
        code.add(component.getName());
      }
      if (frame == ClientFrame.Subscribe.class) {
        // One record for both forms: the wants stand flat or in channels.
        code.removeAll(Set.of("wants", "batch"));
        code.add("channels");
        Arrays.stream(ClientFrame.Want.class.getRecordComponents())
            .forEach(component -> code.add(component.getName()));
      }

      Set<?> published =
          map(ASYNCAPI, "components", "messages", nameOf(frame), "payload", "properties").keySet();

      assertEquals(
          code, new TreeSet<>(published.stream().map(String::valueOf).toList()), nameOf(frame));
    }
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    assertReferences(OPENAPI, OPENAPI);
    assertReferences(ASYNCAPI, ASYNCAPI);
  }

  private static void assertReferences(Map<String, Object> root, Object node) {
    if (node instanceof Map<?, ?> map) {
      if (map.get("$ref") instanceof String ref) {
        assertTrue(ref.startsWith("#/"), ref);
        at(root, ref.substring(2).split("/", -1));
      }
      map.values().forEach(value -> assertReferences(root, value));
    } else if (node instanceof List<?> list) {
      list.forEach(value -> assertReferences(root, value));
    }
  }

  private static List<Class<?>> frames() {
    Set<Class<?>> frames = new LinkedHashSet<>();
    frames.addAll(List.of(ClientFrame.class.getPermittedSubclasses()));
    frames.addAll(List.of(ServerFrame.class.getPermittedSubclasses()));
    return List.copyOf(frames);
  }

  private static String nameOf(Class<?> frame) {
    String name = frame.getSimpleName().toLowerCase(Locale.ROOT);
    return name.equals("err") ? "error" : name;
  }

  private static Map<?, ?> map(Map<String, Object> root, String... path) {
    return (Map<?, ?>) at(root, path);
  }

  private static Object at(Map<String, Object> root, String... path) {
    Object node = root;
    for (String step : path) {
      node =
          Objects.requireNonNull(
              ((Map<?, ?>) node).get(step), () -> String.join("/", path) + " is not there");
    }
    return node;
  }

  private static Map<String, Object> read(String name) {
    try (InputStream in =
        Objects.requireNonNull(
            PublishedDocumentsTest.class.getResourceAsStream("/tailrace/api/" + name))) {
      return new Yaml().load(in);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
