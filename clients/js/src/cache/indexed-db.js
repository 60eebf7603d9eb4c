import { isNewer } from './record.js';

const CHANNELS = 'channels';
const SENDS = 'sends';

/**
 * A cache in the browser's IndexedDB. Tabs of one user share it: a record is compared and written in one transaction, so
 * it is always one tab's whole record, and never an older one over a newer one.
 *
 * @param {string} user whose it is: what one user was shown is never shown to another
 * @param {{name?: string, indexedDB?: IDBFactory}} options
 * @returns {import('../index.js').Cache}
 */
export function indexedDbCache(user, { name = 'tailrace', indexedDB = globalThis.indexedDB } = {}) {
  if (typeof user !== 'string' || user === '') {
    throw new TypeError('indexedDbCache needs the user whose cache it is');
  }
  let opening = null;
  const database = () => (opening ??= open(indexedDB, `${name}:${user}`).catch((fault) => {
    opening = null;
    throw fault;
  }));

  /** Runs `work` in one transaction and waits until that is on the disk. */
  async function transact(store, mode, work) {
    const transaction = (await database()).transaction(store, mode);
    const done = ended(transaction);
    const result = await work(transaction.objectStore(store));
    await done;
    return result;
  }

  return {
    loadChannel: (channel) => transact(CHANNELS, 'readonly', (store) => answer(store.get(channel))),
    saveChannel: (channel, record, { replace = false } = {}) =>
      transact(CHANNELS, 'readwrite', async (store) => {
        if (record === null) {
          store.delete(channel);
        } else if (replace || isNewer(record, await answer(store.get(channel)))) {
          store.put(record, channel);
        }
      }),
    loadSends: async () => (await transact(SENDS, 'readonly', (store) => answer(store.getAll()))).sort((a, b) => a.order - b.order),
    saveSend: (send) => transact(SENDS, 'readwrite', (store) => void store.put(send, send.id)),
    removeSend: (id) => transact(SENDS, 'readwrite', (store) => void store.delete(id)),
  };
}

function open(indexedDB, name) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(CHANNELS);
    request.result.createObjectStore(SENDS);
  };
  return answer(request).then((database) => {
    // a newer version of the application in another tab must not wait for this one
    database.onversionchange = () => database.close();
    return database;
  });
}

const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const ended = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was aborted'));
  });
