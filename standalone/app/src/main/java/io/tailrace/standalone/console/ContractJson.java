package io.tailrace.standalone.console;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import java.util.Comparator;

/** The contracts, for people: the same words as in their files. */
final class ContractJson {
  private static final JsonMapper JSON = new JsonMapper();

  private ContractJson() {}

  static ObjectNode of(Contracts contracts) {
    ObjectNode all = JSON.createObjectNode();
    ArrayNode kinds = all.putArray("contracts");
    contracts.all().stream()
        .sorted(Comparator.comparing(Contract::kind))
        .forEach(contract -> one(kinds.addObject(), contract));
    return all;
  }

  private static void one(ObjectNode to, Contract contract) {
    to.put("kind", contract.kind());
    to.put("ownWrite", contract.ownWrite());
    to.put("visibleToOthers", contract.visibleToOthers());
    to.put("order", contract.order());
    to.put("loss", contract.loss());
    to.put("longAbsence", contract.longAbsence());
    to.put("dataBytesMax", contract.dataBytesMax());
    to.put("retentionEvents", contract.retention().events());
    to.put("retentionDays", contract.retention().days());
    to.put("snapshotAfter", contract.snapshotAfter());
    to.put("revisions", contract.revisions());
    ArrayNode types = to.putArray("types");
    contract.types().keySet().stream().sorted().forEach(types::add);
    ArrayNode lanes = to.putArray("lanes");
    contract.lanes().stream().sorted().forEach(lanes::add);
    Contract.Rights rights = contract.rights();
    ObjectNode may = to.putObject("rights");
    may.put("subscribe", rights.subscribe().word());
    may.put("publish", rights.publish().word());
    may.put("create", rights.create().word());
    may.put("presence", rights.presence().word());
    may.put("signal", rights.signal().word());
    may.put("members", rights.members().word());
  }
}
