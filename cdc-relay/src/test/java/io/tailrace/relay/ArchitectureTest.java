package io.tailrace.relay;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/** Which stage may know what. */
@AnalyzeClasses(
    packages = "io.tailrace.relay",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("io.tailrace.relay.(*)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule THE_CORE_DOES_NO_IO =
      noClasses()
          .that()
          .haveNameMatching(
              ".*\\.(Positions|Translator|Translated.*|SourceRow|SlotCheck|ForkCheck|Pace)")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.kafka..", "java.sql..", "io.debezium..", "java.util.concurrent..");

  @ArchTest
  static final ArchRule DEBEZIUM_IS_BEHIND_THE_TAIL =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.tailrace.relay.tail")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.debezium..");

  @ArchTest
  static final ArchRule STATE_IS_NEVER_STATIC =
      fields().that().areStatic().and().areNotFinal().should(notExist()).allowEmptyShould(true);

  private static ArchCondition<JavaField> notExist() {
    return new ArchCondition<>("not exist") {
      @Override
      public void check(JavaField field, ConditionEvents events) {
        events.add(SimpleConditionEvent.violated(field, field.getFullName()));
      }
    };
  }
}
