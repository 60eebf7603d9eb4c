package io.tailrace.schemas.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** A YAML mapping that knows its lines, and which of its keys have been asked for. */
final class YamlMap {
  private final String file;
  private final int line;
  private final Map<String, NodeTuple> entries = new LinkedHashMap<>();
  private final Set<String> asked = new LinkedHashSet<>();

  private YamlMap(String file, MappingNode node) {
    this.file = file;
    this.line = node.getStartMark().getLine() + 1;
    for (NodeTuple entry : node.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        throw new ContractException(file, lineOf(entry.getKeyNode()), "a key must be text");
      }
      if (entries.put(key.getValue(), entry) != null) {
        throw new ContractException(file, lineOf(key), key.getValue() + " stands twice");
      }
    }
  }

  static YamlMap parse(String file, String yaml) {
    Node root;
    try {
      root = new Yaml(new SafeConstructor(new LoaderOptions())).compose(new StringReader(yaml));
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      throw new ContractException(
          file, mark == null ? 1 : mark.getLine() + 1, "is no YAML: " + e.getProblem());
    }
    if (!(root instanceof MappingNode map)) {
      throw new ContractException(file, 1, "must be a mapping that begins with kind:");
    }
    return new YamlMap(file, map);
  }

  Set<String> keys() {
    return entries.keySet();
  }

  /** Whether the key is there at all. */
  boolean has(String key) {
    return entries.containsKey(key);
  }

  Node node(String key) {
    asked.add(key);
    NodeTuple entry = entries.get(key);
    if (entry == null) {
      throw new ContractException(file, line, key + " is missing");
    }
    return entry.getValueNode();
  }

  String text(String key) {
    if (node(key) instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
      return scalar.getValue();
    }
    throw fault(key, "must be text");
  }

  String oneOf(String key, String... words) {
    String text = text(key);
    for (String word : words) {
      if (word.equals(text)) {
        return text;
      }
    }
    throw fault(key, "must be " + String.join(" or ", words));
  }

  long number(String key, long least, long most) {
    try {
      long number = Long.parseLong(text(key));
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Told below, with the bounds.
    }
    throw fault(key, "must be a whole number from " + least + " to " + most);
  }

  /** As {@link #number}, where the key is there. */
  long numberOr(String key, long least, long most, long fallback) {
    asked.add(key);
    return has(key) ? number(key, least, most) : fallback;
  }

  List<String> texts(String key) {
    if (!(node(key) instanceof SequenceNode list)) {
      throw fault(key, "must be a list");
    }
    List<String> texts = new ArrayList<>();
    for (Node item : list.getValue()) {
      if (!(item instanceof ScalarNode scalar)) {
        throw new ContractException(file, lineOf(item), "in " + key + ": must be text");
      }
      texts.add(scalar.getValue());
    }
    return texts;
  }

  YamlMap map(String key) {
    if (node(key) instanceof MappingNode map) {
      return new YamlMap(file, map);
    }
    throw fault(key, "must be a mapping");
  }

  void refuseOthers() {
    for (Map.Entry<String, NodeTuple> entry : entries.entrySet()) {
      if (!asked.contains(entry.getKey())) {
        throw new ContractException(
            file,
            lineOf(entry.getValue().getKeyNode()),
            entry.getKey() + " is not known here; known are " + String.join(", ", asked));
      }
    }
  }

  ContractException fault(String key, String reason) {
    @Nullable NodeTuple entry = entries.get(key);
    return new ContractException(
        file,
        entry == null ? line : lineOf(entry.getKeyNode()),
        key.isEmpty() ? reason : key + " " + reason);
  }

  /** A YAML tree as JSON, with YAML's own rules for what is a number or a boolean. */
  static JsonNode toJson(Node node) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    return switch (node) {
      case MappingNode map -> {
        ObjectNode object = json.objectNode();
        for (NodeTuple entry : map.getValue()) {
          if (entry.getKeyNode() instanceof ScalarNode key) {
            object.set(key.getValue(), toJson(entry.getValueNode()));
          }
        }
        yield object;
      }
      case SequenceNode list -> {
        ArrayNode array = json.arrayNode();
        list.getValue().forEach(item -> array.add(toJson(item)));
        yield array;
      }
      case ScalarNode scalar -> scalar(json, scalar);
      default -> throw new IllegalArgumentException("aliases are not taken");
    };
  }

  private static JsonNode scalar(JsonNodeFactory json, ScalarNode scalar) {
    String text = scalar.getValue();
    Tag tag = scalar.getTag();
    if (tag.equals(Tag.INT)) {
      return json.numberNode(new BigInteger(text));
    }
    if (tag.equals(Tag.FLOAT)) {
      return json.numberNode(new BigDecimal(text));
    }
    if (tag.equals(Tag.BOOL)) {
      return json.booleanNode(Boolean.parseBoolean(text));
    }
    return tag.equals(Tag.NULL) ? json.nullNode() : json.textNode(text);
  }

  private static int lineOf(Node node) {
    return node.getStartMark().getLine() + 1;
  }
}
