package io.tailrace.write.it;

import io.tailrace.schemas.contract.Contracts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The contract of chats with limits of a test's own. */
final class LimitedContracts {
  private LimitedContracts() {}

  /**
   * Writes contracts into a folder; returns it.
   *
   * @param ofUser events in a chat that a user may write per second
   * @param ofTenant events in chats that a tenant may write per second
   * @param others kinds whose contracts are there as they are shipped
   */
  static Path write(Path folder, int ofUser, int ofTenant, String... others) throws IOException {
    Files.writeString(
        folder.resolve("chat.yaml"),
        shipped("chat")
            .replace("publishPerSecond: 2000 ", "publishPerSecond: " + ofUser + " ")
            .replace("publishPerSecondTenant: 20000", "publishPerSecondTenant: " + ofTenant));
    for (String kind : others) {
      Files.writeString(folder.resolve(kind + ".yaml"), shipped(kind));
    }
    return folder;
  }

  private static String shipped(String kind) throws IOException {
    try (InputStream in =
        Contracts.class.getResourceAsStream("/tailrace/contracts/" + kind + ".yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
