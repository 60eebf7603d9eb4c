package io.tailrace.standalone.doctor;

/**
 * One thing that was found.
 *
 * @param check what was looked at, in one word, such as {@code slot}
 * @param what what is so, with names and numbers
 * @param means what that means for users or for the operator
 */
public record Finding(Severity severity, String check, String what, String means, Runbook runbook) {
  /** How bad it is. */
  public enum Severity {
    /** Nothing is wrong; good to know. */
    NOTE,
    /** It will become an error, or cannot be told. */
    WARNING,
    /** Users see it, or will when the next part fails. */
    ERROR
  }
}
