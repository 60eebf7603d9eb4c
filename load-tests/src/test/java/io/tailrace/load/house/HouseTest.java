package io.tailrace.load.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which module and package may use which: the architecture page, as rules. */
class HouseTest {
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.tailrace");

  @ParameterizedTest
  @CsvSource({
    "schemas, 'write,relay,sequencer,gateway,catchup,client,embed,standalone,load'",
    "embed, 'schemas,write,relay,sequencer,gateway,catchup,client,standalone,load'",
    "write, 'relay,sequencer,gateway,catchup,client,embed,standalone,load'",
    "relay, 'write,sequencer,gateway,catchup,client,embed,standalone,load'",
    "sequencer, 'write,relay,gateway,catchup,client,embed,standalone,load'",
    "gateway, 'write,relay,sequencer,catchup,client,embed,standalone,load'",
    "catchup, 'write,relay,gateway,client,embed,standalone,load'",
    "client, 'write,relay,sequencer,gateway,catchup,embed,standalone,load'",
    "standalone, load"
  })
  void aModuleKnowsOnlyWhatItMay(String module, String others) {
    String[] forbidden = others.split(",");
    for (int i = 0; i < forbidden.length; i++) {
      forbidden[i] = "io.tailrace." + forbidden[i].strip() + "..";
    }

    noClasses()
        .that()
        .resideInAPackage("io.tailrace." + module + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden)
        .check(ALL);
  }

  @Test
  void catchupUsesOfTheSequencerOnlyTheStore() {
    noClasses()
        .that()
        .resideInAPackage("io.tailrace.catchup..")
        .should()
        .dependOnClassesThat(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "stand in the sequencer outside its store",
                type ->
                    type.getPackageName().startsWith("io.tailrace.sequencer")
                        && !type.getPackageName().startsWith("io.tailrace.sequencer.store")))
        .check(ALL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "io.tailrace.schemas.presence",
        "io.tailrace.write.validate",
        "io.tailrace.relay.translate",
        "io.tailrace.sequencer.dedupe",
        "io.tailrace.sequencer.number",
        "io.tailrace.sequencer.emit",
        "io.tailrace.gateway.resume",
        "io.tailrace.gateway.subscribe",
        "io.tailrace.gateway.session",
        "io.tailrace.gateway.ephemeral",
        "io.tailrace.gateway.drain",
        "io.tailrace.client.channel",
        "io.tailrace.client.connection",
        "io.tailrace.client.send",
        "io.tailrace.client.lane",
        "io.tailrace.load.oracle"
      })
  void aCoreKnowsNoInputAndNoOutput(String core) {
    noClasses()
        .that()
        .resideInAPackage(core)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.kafka.clients..",
            "org.apache.kafka.streams..",
            "io.undertow..",
            "org.xnio..",
            "java.sql..",
            "java.net..",
            "java.nio.file..",
            "java.util.concurrent")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .allowEmptyShould(false)
        .check(ALL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"schemas", "write", "relay", "sequencer", "gateway", "catchup", "client", "load"})
  void packagesOfAModuleHaveNoCycles(String module) {
    slices().matching("io.tailrace." + module + ".(*)..").should().beFreeOfCycles().check(ALL);
  }

  @Test
  void namesSayTheRole() {
    noClasses()
        .should()
        .haveSimpleNameEndingWith("Util")
        .orShould()
        .haveSimpleNameEndingWith("Utils")
        .orShould()
        .haveSimpleNameEndingWith("Helper")
        .orShould()
        .haveSimpleNameEndingWith("Manager")
        .orShould()
        .haveSimpleNameEndingWith("Impl")
        .orShould()
        .haveSimpleNameEndingWith("Common")
        .orShould()
        .haveSimpleNameStartingWith("Abstract")
        .check(ALL);
  }

  @Test
  void nothingStaticChanges() {
    fields().that().areStatic().should().haveModifier(JavaModifier.FINAL).check(ALL);
  }
}
