package io.tailrace.standalone.doctor;

import io.tailrace.standalone.doctor.Finding.Severity;
import java.util.ArrayList;
import java.util.List;

/** What was looked at, and what was found. One thread. */
public final class Report {
  private final List<String> checks = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();
  private int rows;

  Report() {}

  /** Whether nothing is wrong; notes do not count. */
  public boolean isWell() {
    return findings.stream().allMatch(finding -> finding.severity() == Severity.NOTE);
  }

  /** What was looked at, in order. */
  public List<String> checks() {
    return List.copyOf(checks);
  }

  /** What was found, in the order of an event's way. */
  public List<Finding> findings() {
    return List.copyOf(findings);
  }

  /** How many committed rows were reconciled. */
  public int rows() {
    return rows;
  }

  void reconciled(int count) {
    rows = count;
  }

  void looked(String check) {
    checks.add(check);
  }

  void note(String check, String what, String means, Runbook runbook) {
    findings.add(new Finding(Severity.NOTE, check, what, means, runbook));
  }

  void warning(String check, String what, String means, Runbook runbook) {
    findings.add(new Finding(Severity.WARNING, check, what, means, runbook));
  }

  void error(String check, String what, String means, Runbook runbook) {
    findings.add(new Finding(Severity.ERROR, check, what, means, runbook));
  }
}
