package io.tailrace.schemas.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;

/** The shipped contracts as files, with a change. */
public final class ContractFiles {
  private ContractFiles() {}

  /** Writes all of them into a folder, these kinds with partitions of their own; returns it. */
  public static Path ownLogs(Path folder, String... kinds) throws IOException {
    Set<String> own = Set.of(kinds);
    Files.createDirectories(folder);
    for (Contract contract : Contracts.shipped().all()) {
      String file = contract.kind() + ".yaml";
      try (InputStream in = Contracts.class.getResourceAsStream("/tailrace/contracts/" + file)) {
        String text = new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
        String log = own.contains(contract.kind()) ? "own" : "shared";
        Files.writeString(folder.resolve(file), text + "log: " + log + "\n");
      }
    }
    return folder;
  }
}
