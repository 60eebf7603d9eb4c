import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as anywhere from '../src/index.js';
import * as node from '../src/node/index.js';

const text = readFileSync(new URL('../src/index.d.ts', import.meta.url), 'utf8');

test('what is declared is exported, and what is exported is declared', () => {
  const declared = [...text.matchAll(/^export (?:function|class) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual([...new Set(declared)].filter((name) => name !== 'Follower').sort(), Object.keys(node).sort());
  assert.deepEqual(Object.keys(node).filter((name) => !(name in anywhere)), ['fileCache']);
});

test('a client and a follower have the members that are declared', async () => {
  const client = node.connect({ url: 'http://127.0.0.1:1', token: 'jwt' });
  const follower = client.follow('chat:1');
  const send = client.send('chat:1', 'x', {});
  const members = (name) => {
    const [, body] = new RegExp(`^export (?:class|interface) ${name} [^{]*{\\n([\\s\\S]*?)^}`, 'm').exec(text);
    return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[(:]/gm)].map(([, member]) => member).filter((member) => member !== 'constructor');
  };
  for (const [name, value] of Object.entries({ Client: client, Follower: follower, Send: send, ConnectionState: client.state, ChannelState: follower.state })) {
    assert.deepEqual(members(name).filter((member) => !(member in value)), [], name);
  }
  assert.deepEqual(Object.keys(client.state).sort(), members('ConnectionState').sort());
  assert.deepEqual(Object.keys(follower.state).sort(), members('ChannelState').sort());
  await client.close();
});
