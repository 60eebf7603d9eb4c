package io.tailrace.write.http;

import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;

/** The largest body of an address, known before anything of it is read. */
final class BodyLimits {
  /** Room for the fields beside data: names, entity, id, and white space of a generous writer. */
  static final int ENVELOPE_BYTES = 4096;

  private final Contracts contracts;
  private final int transactionBytesMax;

  BodyLimits(Contracts contracts, int transactionBytesMax) {
    this.contracts = contracts;
    this.transactionBytesMax = transactionBytesMax;
  }

  /** In bytes; for an unknown kind the room that a refusal needs. */
  int of(Target target) {
    return switch (target) {
      case Target.Transaction _ -> transactionBytesMax;
      case Target.Channel channel -> {
        Contract contract = contracts.of(channel.kind());
        yield ENVELOPE_BYTES + (contract == null ? 0 : contract.dataBytesMax());
      }
    };
  }
}
