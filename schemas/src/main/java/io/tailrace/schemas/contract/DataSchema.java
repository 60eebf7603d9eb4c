package io.tailrace.schemas.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.PathType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON Schema (2020-12) of one event type's data, compiled. Thread-safe. Regular expressions
 * run on the JDK's engine; contracts are trusted files, data is not.
 */
public final class DataSchema {
  private final JsonNode source;
  private final Schema schema;

  private DataSchema(JsonNode source, Schema schema) {
    this.source = source;
    this.schema = schema;
  }

  /** One fault of data: where (JSON Pointer into data, empty for the whole) and why. */
  public record Fault(String pointer, String reason) {}

  /**
   * Compiles a schema.
   *
   * @throws IllegalArgumentException with the reason where it is no valid schema
   */
  static DataSchema compile(JsonNode source) {
    SchemaRegistry registry =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder ->
                builder.schemaRegistryConfig(
                    SchemaRegistryConfig.builder()
                        .pathType(PathType.JSON_POINTER)
                        .failFast(false)
                        .build()));
    Schema meta =
        registry.getSchema(SchemaLocation.of(SpecificationVersion.DRAFT_2020_12.getDialectId()));
    List<Error> faults = meta.validate(source);
    if (!faults.isEmpty()) {
      Error first = faults.getFirst();
      throw new IllegalArgumentException(first.getInstanceLocation() + ": " + first.getMessage());
    }
    Schema schema = registry.getSchema(source);
    schema.initializeValidators();
    return new DataSchema(source, schema);
  }

  /** The first fault of the data, or null where it fits. */
  public @Nullable Fault check(JsonNode data) {
    List<Error> faults = schema.validate(data);
    if (faults.isEmpty()) {
      return null;
    }
    Error first = faults.getFirst();
    String pointer = first.getInstanceLocation().toString();
    String property = first.getProperty();
    // A missing member has no place of its own; name the place where it should stand.
    return new Fault(
        property == null ? pointer : pointer + "/" + property.replace("~", "~0").replace("/", "~1"),
        first.getMessage());
  }

  /** The schema as it stands in the contract. */
  public JsonNode source() {
    return source;
  }
}
