import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cableTo } from '../support/cable.js';
import { isThere, liveToken, LIVE_URL } from '../support/live.js';
import { connect } from '../../src/node/index.js';

/** Against a running system: `TAILRACE_URL`, and a token of it in `TAILRACE_TOKEN`. */
describe('a running system', { skip: isThere() ? false : 'TAILRACE_URL and TAILRACE_TOKEN name none', timeout: 60_000 }, () => {
  let channels = 0;
  const newChannel = () => `chat:js-${Date.now().toString(36)}-${(channels += 1)}`;
  const until = async (isSo, what) => {
    for (let i = 0; i < 1500; i++) {
      if (isSo()) {
        return;
      }
      await new Promise((done) => setTimeout(done, 10));
    }
    assert.fail(`it never came: ${what}`);
  };

  for (const transport of ['ws', 'sse', 'poll']) {
    test(`${transport}: every event once, in order, over cuts`, async () => {
      const cable = await cableTo(LIVE_URL);
      const reader = connect({ url: cable.url, token: liveToken, transports: [transport] });
      const writer = connect({ url: LIVE_URL, token: liveToken });
      const channel = newChannel();
      const texts = [];
      const seqs = [];
      const follower = reader.follow(channel, {
        onEvents: (events) => {
          texts.push(...events.map(({ data }) => data.text));
          seqs.push(...events.map(({ seq }) => seq));
        },
        onVoid: () => assert.fail('nothing is void here'),
      });
      await until(() => ['live', 'degraded'].includes(follower.state.phase), 'live');
      assert.equal(reader.state.transport, transport);
      const said = [];
      for (let round = 0; round < 4; round++) {
        for (let i = 0; i < 5; i++) {
          const text = `${round}.${i} € 😀 \u2028`;
          said.push(text);
          await writer.publish(channel, 'message.posted', { text });
          if (i === 2) {
            cable.cut();
          }
        }
      }
      await until(() => texts.length >= said.length, `${said.length} events, not ${texts.length}`);
      assert.deepEqual(texts, said);
      assert.deepEqual(seqs, said.map((_, i) => i + 1));
      await Promise.all([reader.close(), writer.close()]);
      await cable.close();
    });
  }

  test('two channels on one event stream, and a third that joins later', async () => {
    const reader = connect({ url: LIVE_URL, token: liveToken, transports: ['sse'] });
    const seen = [];
    const follow = (channel) => reader.follow(channel, { onEvents: (events) => seen.push(...events.map(({ data }) => data.text)) });
    const names = [newChannel(), newChannel(), newChannel()];
    const followers = [follow(names[0]), follow(names[1])];
    await until(() => followers.every(({ state }) => state.phase === 'live'), 'two live');
    followers.push(follow(names[2]));
    await until(() => followers.every(({ state }) => state.phase === 'live'), 'three live');
    for (const name of names) {
      await reader.publish(name, 'message.posted', { text: name });
    }
    await until(() => seen.length === 3, 'one of each');
    assert.deepEqual(seen.sort(), [...names].sort());
    await reader.close();
  });

  test('one channel that may not be read stops no other, on any transport', async () => {
    for (const transport of ['ws', 'sse', 'poll']) {
      const reader = connect({ url: LIVE_URL, token: liveToken, transports: [transport] });
      const good = reader.follow(newChannel());
      const bad = reader.follow('nosuchkind:1');
      await until(() => ['live', 'degraded'].includes(good.state.phase) && bad.state.phase === 'gone', `${transport}: one live, one gone`);
      assert.ok(bad.state.problem.code);
      await reader.close();
    }
  });

  test('sends are settled by the answer or the event, in order, over a cut', async () => {
    const cable = await cableTo(LIVE_URL);
    const client = connect({ url: cable.url, token: liveToken });
    const channel = newChannel();
    const seen = [];
    client.follow(channel, { onEvents: (events) => seen.push(...events.map(({ data }) => data.text)) });
    const sends = Array.from({ length: 20 }, (_, i) => {
      if (i === 10) {
        cable.cut();
      }
      return client.send(channel, 'message.posted', { text: `m${i}` });
    });
    const published = await Promise.all(sends.map(({ done }) => done));
    assert.deepEqual(published.map(({ id }) => id), sends.map(({ id }) => id));
    await until(() => client.pending(channel).length === 0, 'nothing pending');
    assert.deepEqual(seen, sends.map((_, i) => `m${i}`));
    const refused = client.send(channel, 'no.such.type', {});
    await assert.rejects(refused.done, { name: 'TailraceProblem' });
    assert.equal(refused.status, 'failed');
    assert.deepEqual(client.pending(channel), [refused]);
    refused.discard();
    assert.deepEqual(client.pending(channel), []);
    await client.close();
    await cable.close();
  });
});
