package io.tailrace.schemas.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.token.Identity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContractsTest {
  @Test
  void theShippedKindsLoad() {
    Contracts contracts = Contracts.shipped();

    assertEquals(4, contracts.all().size());
    Contract chat = Objects.requireNonNull(contracts.of("chat"));
    assertEquals(65536, chat.dataBytesMax());
    assertEquals(Right.TENANT, chat.rights().subscribe());
    assertNotNull(chat.types().get("message.posted"));
    assertEquals(new Contract.Presence(30_000, 90_000, 200, 20), chat.presence());
    assertNull(contracts.of("nothing"));
    assertEquals(3650, contracts.longestRetention().toDays());
  }

  @Test
  void dataIsCheckedWithAPointerToTheFault() throws IOException {
    DataSchema schema =
        Objects.requireNonNull(
            Objects.requireNonNull(Contracts.shipped().of("chat")).types().get("message.posted"));
    JsonMapper json = new JsonMapper();

    assertNull(schema.check(json.readTree("{\"text\":\"x\",\"extra\":1}")));
    assertEquals("/text", pointer(schema, "{\"text\":1}"));
    assertEquals("/text", pointer(schema, "{}"));
    assertEquals("", pointer(schema, "[]"));
  }

  /**
   * Each fault: what is replaced in the chat contract, by what, the line and a word of the reason.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kind: chat|kind: Chat|2|kind",
        "order: channel|order: global|7|order",
        "order: channel|ordre: channel|2|order is missing",
        "order: channel|order: channel\\nlog: mine|8|log",
        "sizeMax: 65536|sizeMax: many|25|sizeMax",
        "sizeMax: 65536|sizeMax: 99999999|25|sizeMax",
        "publish: tenant|publish: everyone|13|publish",
        "lanes: [event|lanes: [evnt|54|lanes",
        "ttlMs: 90000|ttlMs: 30001|55|ttlMs",
        "ttlMs: 90000|ttlMs: 90000, listMax: all|55|listMax",
        "ttlMs: 90000|ttlMs: 90000, sample: 101|55|sample",
        "ttlMs: 90000|ttlMs: 90000, list: 9|55|listMax, sample",
        "perSecond: 20|perSecond: 0|56|perSecond must be a whole number from 1 to 1000",
        "bytesMax: 2048|bytesMax: 99999|56|bytesMax",
        "ttlMs: 5000|ttlMs: soon|56|ttlMs",
        "perSecond: 20|perMinute: 20|56|perMinute is not known",
        "concurrency: none|concurrency: none\\ncolour: red|54|colour",
        "type: string, maxLength: 20000|type: strung, maxLength: 20000|27|message.posted",
        "kind: chat|kind: chat\\nkind: chat|3|twice",
        "create: tenant|create: members|14|does not exist",
        "subscribe: tenant|subscribe: publishers|11|subscribe must be tenant or members",
        "members: admins|members: members|17|give the permission",
        "reader: []|Reader: []|22|role",
        "reader: []|reader: [read]|22|publish, signal, members",
        "history: joined|history: some|23|all, joined",
        "message.posted|member.posted|27|Tailrace's own"
      })
  void aBadContractIsToldWithFileLineAndReason(
      String find, String replace, int line, String word, @TempDir Path folder) throws IOException {
    Path file = folder.resolve("chat.yaml");
    String text =
        chat().replaceFirst(java.util.regex.Pattern.quote(find), replace.replace("\\n", "\n"));
    Files.writeString(file, text);

    ContractException fault = assertThrows(ContractException.class, () -> Contracts.load(folder));

    assertTrue(
        String.valueOf(fault.getMessage()).startsWith(file + ":" + line + ": "),
        fault.getMessage());
    assertTrue(String.valueOf(fault.getMessage()).contains(word), fault.getMessage());
  }

  @Test
  void anEmptyFolderAndBrokenYamlAreRefused(@TempDir Path folder) throws IOException {
    assertThrows(ContractException.class, () -> Contracts.load(folder));
    Files.writeString(folder.resolve("x.yaml"), "kind: [chat");
    assertThrows(ContractException.class, () -> Contracts.load(folder));
  }

  @Test
  void rightsOfMembersNeedMembers(@TempDir Path folder) throws IOException {
    String without = chat().replaceFirst("(?s)\\nmembers:.*?\\n\\n", "\n\n");
    for (String fault :
        List.of(
            without,
            without
                .replace("members: admins", "members: nobody")
                .replace("publish: tenant", "publish: members"))) {
      Files.writeString(folder.resolve("chat.yaml"), fault);
      ContractException told =
          assertThrows(ContractException.class, () -> Contracts.load(folder), fault);
      assertTrue(String.valueOf(told.getMessage()).contains("members"), told.getMessage());
    }
    Files.writeString(
        folder.resolve("chat.yaml"), without.replace("members: admins", "members: nobody"));
    assertNull(Objects.requireNonNull(Contracts.load(folder).of("chat")).members());
  }

  @Test
  void whatAContractDoesNotSayOfPresenceAndSignalsIsUsual(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("chat.yaml"),
        chat()
            .replaceFirst(" ttlMs: 90000", " ttlMs: 90000, listMax: 5")
            .replaceFirst("\nsignals: .*", ""));
    Files.writeString(
        folder.resolve("talk.yaml"),
        chat()
            .replaceFirst("kind: chat", "kind: talk")
            .replaceFirst("\nsignals: .*", "\nsignals: { perSecond: 7 }"));

    Contracts contracts = Contracts.load(folder);

    Contract chat = Objects.requireNonNull(contracts.of("chat"));
    Contract talk = Objects.requireNonNull(contracts.of("talk"));
    assertEquals(new Contract.Presence(30_000, 90_000, 5, 20), chat.presence());
    assertEquals(new Contract.Signals(5000, 20, 2048), chat.signals());
    assertEquals(new Contract.Presence(30_000, 90_000, 200, 20), talk.presence());
    assertEquals(new Contract.Signals(5000, 7, 2048), talk.signals());
  }

  @Test
  void rolesMayWhatTheContractSays() {
    Contract.Members members =
        Objects.requireNonNull(Objects.requireNonNull(Contracts.shipped().of("chat")).members());

    assertTrue(members.may("owner", Contract.MemberMay.MEMBERS));
    assertFalse(members.may("member", Contract.MemberMay.MEMBERS));
    assertFalse(members.may("nobody", Contract.MemberMay.PUBLISH));
    assertEquals(Set.of("owner", "member"), members.rolesThatMay(Contract.MemberMay.PUBLISH));
    assertEquals(Contract.History.JOINED, members.history());
  }

  @Test
  void rightsNeverCrossTenants() {
    Channel channel = new Channel("demo", "inbox", "ann");
    Identity ann = identity("demo", "ann");

    assertTrue(Right.OWNER.allows(ann, channel));
    assertFalse(Right.OWNER.allows(identity("demo", "bob"), channel));
    assertFalse(Right.OWNER.allows(identity("acme", "ann"), channel));
    assertFalse(Right.TENANT.allows(identity("acme", "ann"), channel));
    assertFalse(Right.PUBLISHERS.allows(ann, channel));
    assertFalse(Right.NOBODY.allows(ann, channel));
  }

  private static String pointer(DataSchema schema, String data) throws IOException {
    return Objects.requireNonNull(schema.check(new JsonMapper().readTree(data))).pointer();
  }

  private static Identity identity(String tenant, String user) {
    return new Identity(tenant, user, null, Set.of(), null, Instant.EPOCH);
  }

  private static String chat() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            Contracts.class.getResourceAsStream("/tailrace/contracts/chat.yaml"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
