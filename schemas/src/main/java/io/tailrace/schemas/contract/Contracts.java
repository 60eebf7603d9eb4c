package io.tailrace.schemas.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All contracts of an installation, by kind. Immutable. */
public final class Contracts {
  private static final List<String> SHIPPED = List.of("chat", "feed", "doc", "inbox");

  private final Map<String, Contract> byKind;

  private Contracts(Map<String, Contract> byKind) {
    this.byKind = Map.copyOf(byKind);
  }

  /** The contracts that come with Tailrace: chat, feed, doc, inbox. */
  public static Contracts shipped() {
    Map<String, Contract> found = new TreeMap<>();
    for (String kind : SHIPPED) {
      String file = kind + ".yaml";
      try (InputStream in = Contracts.class.getResourceAsStream("/tailrace/contracts/" + file)) {
        if (in == null) {
          throw new IllegalStateException("contract " + file + " is not on the class path");
        }
        add(found, file, new String(in.readAllBytes(), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new Contracts(found);
  }

  /** The contracts of a folder, or the shipped ones where none is named. */
  public static Contracts shippedOr(@Nullable Path folder) {
    return folder == null ? shipped() : load(folder);
  }

  /**
   * Loads every {@code *.yaml} of a folder.
   *
   * @throws ContractException with file, line and reason
   */
  public static Contracts load(Path folder) {
    Map<String, Contract> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        add(found, file.toString(), Files.readString(file));
      }
    } catch (IOException e) {
      throw new ContractException(folder.toString(), 1, "cannot be read: " + e.getMessage());
    }
    if (found.isEmpty()) {
      throw new ContractException(folder.toString(), 1, "holds no *.yaml, so there is no kind");
    }
    return new Contracts(found);
  }

  private static void add(Map<String, Contract> found, String file, String yaml) {
    Contract contract = ContractParser.parse(file, yaml);
    if (found.put(contract.kind(), contract) != null) {
      throw new ContractException(file, 1, "kind " + contract.kind() + " has two contracts");
    }
  }

  /** The contract of a kind, or null where there is no such kind. */
  public @Nullable Contract of(String kind) {
    return byKind.get(kind);
  }

  /** All contracts. */
  public Collection<Contract> all() {
    return byKind.values();
  }

  /** The longest time that any kind keeps events. */
  public Duration longestRetention() {
    int days = 1;
    for (Contract contract : all()) {
      days = Math.max(days, contract.retention().days());
    }
    return Duration.ofDays(days);
  }
}
