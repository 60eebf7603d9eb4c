/**
 * What each kind of channel promises, loaded from YAML. Reads: contract files at start. Writes:
 * nothing. Thread: any after loading. Bound: file size. When full: refused. Fails: with {@link
 * io.tailrace.schemas.contract.ContractException}: file, line, reason.
 */
@NullMarked
package io.tailrace.schemas.contract;

import org.jspecify.annotations.NullMarked;
