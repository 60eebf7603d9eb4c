package io.tailrace.write.validate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON token by token and refuses what two readers could understand differently: names that
 * stand twice, numbers and nesting beyond what every reader takes, U+0000 and halves of surrogate
 * pairs, which PostgreSQL's jsonb does not take.
 *
 * <p>A value is both sliced from the body, byte for byte, and built as a tree for its schema.
 */
final class StrictJson implements AutoCloseable {
  /** Deepest nesting of data. */
  static final int NESTING_MAX = 64;

  /** Longest number, in characters. */
  static final int NUMBER_LENGTH_MAX = 1000;

  /** Largest exponent, either way: PostgreSQL's numeric ends at 131,072 digits. */
  static final int EXPONENT_MAX = 9999;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(1000)
                  .maxNumberLength(1_000_000)
                  .maxNameLength(1_000_000)
                  .build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  /**
   * A value and its text.
   *
   * @param text without raw carriage returns
   */
  record Value(JsonNode tree, String text, int bytes) {}

  private final byte[] body;
  private final StrictText shape;
  private final JsonParser parser;

  StrictJson(byte[] body) throws RefusedBody {
    this.body = body;
    this.shape = StrictText.of(body);
    try {
      parser = FACTORY.createParser(body);
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory are readable", e);
    }
  }

  /** The next token; null at the end. */
  @Nullable JsonToken next() throws RefusedBody {
    try {
      return parser.nextToken();
    } catch (StreamConstraintsException _) {
      throw RefusedBody.at(pointer(), "the JSON is nested too deeply");
    } catch (JsonProcessingException e) {
      throw RefusedBody.notJson("the body is not JSON: a fault" + place(e));
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory are readable", e);
    }
  }

  /** The current name or string. */
  String text() throws RefusedBody {
    try {
      String text = parser.getText();
      if (shape.escapes()) {
        checkCharacters(text);
      }
      return text;
    } catch (JsonProcessingException e) {
      throw RefusedBody.notJson("the body is not JSON: a fault" + place(e));
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory are readable", e);
    }
  }

  /** Whether the current token begins an object. */
  boolean atObject() {
    return parser.currentToken() == JsonToken.START_OBJECT;
  }

  /** JSON Pointer of the current token. */
  String pointer() {
    return parser.getParsingContext().pathAsPointer().toString();
  }

  /** Reads the value whose first token is the current one; leaves the parser at its last token. */
  Value value() throws RefusedBody {
    JsonToken token = parser.currentToken();
    int start = (int) parser.currentTokenLocation().getByteOffset();
    JsonNode tree = tree(token, 1);
    int end = end();
    if (shape.carriageReturns()) {
      byte[] kept = withoutCarriageReturns(start, end);
      return new Value(tree, new String(kept, StandardCharsets.UTF_8), kept.length);
    }
    return new Value(
        tree, new String(body, start, end - start, StandardCharsets.UTF_8), end - start);
  }

  /**
   * Where the current value ends. The parser may have looked ahead by the character behind a number
   * and, for arrays and objects, stands behind the last bracket; so trailing white space and the
   * next separator are taken off again.
   */
  private int end() throws RefusedBody {
    try {
      parser.finishToken();
    } catch (JsonProcessingException e) {
      throw RefusedBody.notJson("the body is not JSON: a fault" + place(e));
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory are readable", e);
    }
    int end = (int) parser.currentLocation().getByteOffset();
    JsonToken token = parser.currentToken();
    if (token != null && token.isNumeric()) {
      while (end > 0 && !isNumberPart(body[end - 1])) {
        end--;
      }
      while (end < body.length && isNumberPart(body[end])) {
        end++;
      }
    }
    return end;
  }

  private static boolean isNumberPart(byte b) {
    return b >= '0' && b <= '9' || b == '.' || b == 'e' || b == 'E' || b == '+' || b == '-';
  }

  private JsonNode tree(@Nullable JsonToken token, int depth) throws RefusedBody {
    if (token == null) {
      throw RefusedBody.notJson("the body is not JSON: it ends too early");
    }
    if (depth > NESTING_MAX && token.isStructStart()) {
      throw RefusedBody.at(pointer(), "data is nested deeper than " + NESTING_MAX + " levels");
    }
    return switch (token) {
      case START_OBJECT -> object(depth);
      case START_ARRAY -> array(depth);
      case VALUE_STRING -> NODES.textNode(text());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(token);
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
          throw new IllegalStateException("the parser gave " + token + " for a value");
    };
  }

  private ObjectNode object(int depth) throws RefusedBody {
    ObjectNode object = NODES.objectNode();
    while (next() == JsonToken.FIELD_NAME) {
      String name = text();
      if (object.has(name)) {
        throw RefusedBody.at(pointer(), "the name stands twice in one object");
      }
      object.set(name, tree(next(), depth + 1));
    }
    return object;
  }

  private ArrayNode array(int depth) throws RefusedBody {
    ArrayNode array = NODES.arrayNode();
    for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
      array.add(tree(token, depth + 1));
    }
    return array;
  }

  private JsonNode number(JsonToken token) throws RefusedBody {
    try {
      if (parser.getTextLength() > NUMBER_LENGTH_MAX) {
        throw RefusedBody.at(
            pointer(), "the number is longer than " + NUMBER_LENGTH_MAX + " characters");
      }
      if (token == JsonToken.VALUE_NUMBER_INT) {
        return parser.getTextLength() < 19
            ? NODES.numberNode(parser.getLongValue())
            : NODES.numberNode(parser.getBigIntegerValue());
      }
      checkExponent(parser.getText());
      return NODES.numberNode(parser.getDecimalValue());
    } catch (JsonProcessingException e) {
      throw RefusedBody.notJson("the body is not JSON: a fault" + place(e));
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory are readable", e);
    }
  }

  private void checkExponent(String number) throws RefusedBody {
    int e = Math.max(number.indexOf('e'), number.indexOf('E'));
    if (e < 0) {
      return;
    }
    int exponent = 0;
    for (int i = e + 1; i < number.length(); i++) {
      char c = number.charAt(i);
      if (c >= '0' && c <= '9') {
        exponent = exponent * 10 + (c - '0');
      }
      if (exponent > EXPONENT_MAX) {
        throw RefusedBody.at(
            pointer(), "the number's exponent is beyond ±" + EXPONENT_MAX + ": send it as text");
      }
    }
  }

  private void checkCharacters(String text) throws RefusedBody {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        throw RefusedBody.at(pointer(), "U+0000 is not allowed: PostgreSQL's jsonb cannot hold it");
      }
      if (Character.isSurrogate(c)) {
        if (Character.isHighSurrogate(c)
            && i + 1 < text.length()
            && Character.isLowSurrogate(text.charAt(i + 1))) {
          i++;
        } else {
          throw RefusedBody.at(pointer(), "half of a surrogate pair is no character");
        }
      }
    }
  }

  private byte[] withoutCarriageReturns(int start, int end) {
    byte[] kept = new byte[end - start];
    int count = 0;
    for (int i = start; i < end; i++) {
      if (body[i] != '\r') {
        kept[count++] = body[i];
      }
    }
    return Arrays.copyOf(kept, count);
  }

  /** The place alone: Jackson's message quotes the body. */
  private static String place(JsonProcessingException e) {
    return e.getLocation() == null
        ? ""
        : " at line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
  }

  @Override
  public void close() {
    try {
      parser.close();
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory need no closing", e);
    }
  }
}
