import assert from 'node:assert/strict';

/** Runs one scenario of clients/conformance/receipts.json against the core of receipts. */
export function runReceiptScenario({ goOn, live, lost, read, refused, shown, UNREAD }, { steps }) {
  let state = UNREAD;
  let nowMs = 0;
  const inputs = {
    live: (at) => live(state, { ...at, user: 'ann' }),
    lost: () => lost(state),
    read: ({ epoch, seq }) => read(state, epoch, seq),
    shown: (told) => shown(state, told),
    refused: (frame) => refused(state, frame, nowMs),
    pass: (ms) => {
      nowMs += ms;
      return state;
    },
  };
  steps.forEach(({ in: input, out, places }, i) => {
    const at = `step ${i + 1}: ${JSON.stringify(input)}`;
    const [[name, value]] = Object.entries(input);
    const next = goOn(inputs[name](value), nowMs);
    state = next.state;
    assert.deepEqual(next.say === null ? [] : [{ say: next.say }], out, at);
    if (places !== undefined) {
      assert.deepEqual(Object.fromEntries(state.places), places, at);
    }
  });
}
