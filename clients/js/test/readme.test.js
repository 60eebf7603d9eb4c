import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LIVE_URL, isThere, liveToken } from './support/live.js';
import { SmallServer } from './support/small-server.js';

/** The first example of the README, run as it is written: inside the package, whose own name it then can import. */
async function runFirstExample(url, token) {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, example] = /```js\n([\s\S]*?)```/.exec(readme);
  const folder = mkdtempSync(join(fileURLToPath(new URL('.', import.meta.url)), 'example-'));
  try {
    const file = join(folder, 'example.js');
    writeFileSync(file, example);
    const child = spawn(process.execPath, [file], { env: { ...process.env, TAILRACE_URL: url, TAILRACE_TOKEN: token } });
    const said = { out: '', err: '' };
    child.stdout.on('data', (text) => (said.out += text));
    child.stderr.on('data', (text) => (said.err += text));
    const timer = setTimeout(() => child.kill(), 60_000);
    while (!(said.out.includes('hello') && said.err.includes('committed as')) && child.exitCode === null && child.signalCode === null) {
      await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), once(child, 'exit')]);
    }
    clearTimeout(timer);
    child.kill();
    return said;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the first example of the README runs as it is written', async () => {
  const server = await new SmallServer().listen();
  const { out, err } = await runFirstExample(server.url, 'jwt');
  assert.match(out, /^1 ann hello\n$/);
  assert.match(err, /connecting\n[\s\S]*committed as 1\n/);
  await server.close();
});

test('also against a running system', { skip: !isThere() }, async () => {
  const { out, err } = await runFirstExample(LIVE_URL, liveToken);
  assert.match(out, / hello\n/);
  assert.match(err, /committed as \d+\n/);
});
