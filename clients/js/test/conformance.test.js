import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as channel from '../src/channel/decide.js';
import * as connection from '../src/connection/decide.js';
import { chainNext, chainStart } from '../src/protocol/chain.js';
import * as receipts from '../src/channel/receipts.js';
import { runConnectionScenario } from './support/connection-scenario.js';
import { runReceiptScenario } from './support/receipt-scenario.js';
import { conformance, runChannelScenario, wire } from './support/scenario.js';

describe('clients/conformance/channel.json', () => {
  const { logs, scenarios } = conformance('channel.json');

  test('its logs have the chains that their events make', () => {
    for (const { epoch, events } of Object.values(logs)) {
      let chain = chainStart(epoch);
      for (const event of events.map(wire)) {
        chain = chainNext(chain, event);
        assert.equal(chain, event.chain, event.id);
      }
    }
  });

  for (const scenario of scenarios) {
    test(scenario.name, () => runChannelScenario(channel, logs, scenario));
  }
});

describe('clients/conformance/connection.json', () => {
  for (const scenario of conformance('connection.json').scenarios) {
    test(scenario.name, () => runConnectionScenario(connection, scenario));
  }
});

describe('clients/conformance/receipts.json', () => {
  for (const scenario of conformance('receipts.json').scenarios) {
    test(scenario.name, () => runReceiptScenario(receipts, scenario));
  }
});
