import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isNewer } from '../cache/record.js';

/**
 * A cache in a folder: one file a channel, one file a send. A file is written beside its place and renamed into it, so
 * whoever reads finds the old or the new one, whole, also after a crash and with several processes.
 *
 * @param {string} folder of one user: what one user was shown is never shown to another
 * @returns {import('../index.js').Cache}
 */
export function fileCache(folder) {
  const channels = join(folder, 'channels');
  const sends = join(folder, 'sends');
  const fileOf = (channel) => join(channels, `${fileName(channel)}.json`);
  async function write(file, value) {
    await Promise.all([mkdir(channels, { recursive: true }), mkdir(sends, { recursive: true })]);
    // a name of its own: another client of this user may be writing the same file
    const beside = `${file}.${randomUUID()}.new`;
    await writeFile(beside, JSON.stringify(value), { flush: true });
    await rename(beside, file);
  }

  return {
    loadChannel: (channel) => read(fileOf(channel)),
    async saveChannel(channel, record, { replace = false } = {}) {
      if (record === null) {
        await rm(fileOf(channel), { force: true });
      } else if (replace || isNewer(record, await read(fileOf(channel)))) {
        await write(fileOf(channel), record);
      }
    },
    async loadSends() {
      const names = await readdir(sends).catch(() => []);
      const all = await Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => read(join(sends, name))));
      return all.filter((send) => send !== null).sort((a, b) => a.order - b.order);
    },
    saveSend: (send) => write(join(sends, `${send.id}.json`), send),
    removeSend: (id) => rm(join(sends, `${id}.json`), { force: true }),
  };
}

/** Capitals are spelled out: there are disks on which `A` and `a` are the same file. */
const fileName = (channel) =>
  channel.replace(/[^a-z0-9._~-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** @returns {Promise<object | null>} null where there is no such file, or none that can be read as JSON */
async function read(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (fault) {
    if (fault.code === 'ENOENT' || fault instanceof SyntaxError) {
      return null;
    }
    throw fault;
  }
}
