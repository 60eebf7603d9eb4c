import { bytes, count, element } from './words.js';

function facts(contract) {
  const { rights } = contract;
  return [
    ['own write', contract.ownWrite],
    ['others see it', contract.visibleToOthers],
    ['order', contract.order],
    ['loss', contract.loss],
    ['long absence', `${contract.longAbsence}, after ${count(contract.snapshotAfter)} events`],
    ['kept', `${count(contract.retentionEvents)} events, ${count(contract.retentionDays)} days`],
    ['data', `at most ${bytes(contract.dataBytesMax)}`],
    ['revisions', contract.revisions ? 'yes' : 'no'],
    ['types', contract.types.join(', ')],
    ['lanes', contract.lanes.join(', ') || 'events only'],
    ['may', Object.entries(rights).map(([what, who]) => `${what}: ${who}`).join(', ')],
  ];
}

/** What each kind of channel promises. */
export function showContracts(list, contracts) {
  list.replaceChildren(
    ...contracts.map((contract) => {
      const card = element('details', 'contract');
      const list = element('dl', '');
      for (const [term, words] of facts(contract)) {
        list.append(element('dt', '', term), element('dd', '', words));
      }
      card.append(element('summary', 'mono', contract.kind), list);
      return card;
    }),
  );
}
