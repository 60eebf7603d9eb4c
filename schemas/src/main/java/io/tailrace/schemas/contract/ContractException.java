package io.tailrace.schemas.contract;

/** A contract that cannot be used: file, line and reason, in this order. */
public final class ContractException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Line is from 1. */
  public ContractException(String file, int line, String reason) {
    super(file + ":" + line + ": " + reason);
  }
}
