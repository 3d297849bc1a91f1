/** Keeps documents on the device, by key. A store may be shared by tabs. */
export interface Store {
  /** All documents whose keys begin with the prefix. */
  entries(prefix: string): Promise<[key: string, document: unknown][]>;
  /** Stores a document in place of the last one with its key; rejects if it cannot. */
  put(key: string, document: unknown): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Keeps documents until the program ends. */
export function memoryStore(): Store {
  const kept = new Map<string, string>();
  return {
    entries: async (prefix) =>
      [...kept].filter(([key]) => key.startsWith(prefix)).map(([key, text]) => [key, JSON.parse(text)]),
    put: async (key, document) => void kept.set(key, JSON.stringify(document)),
    delete: async (key) => void kept.delete(key),
  };
}

/** Keeps documents in `localStorage` or an equivalent. */
export function localStore(storage: Storage = localStorage): Store {
  return {
    entries: async (prefix) =>
      Object.keys(storage)
        .filter((key) => key.startsWith(prefix))
        .map((key) => [key, JSON.parse(storage.getItem(key) ?? "null")]),
    put: async (key, document) => storage.setItem(key, JSON.stringify(document)),
    delete: async (key) => storage.removeItem(key),
  };
}

const TABLE = "documents";

/** Keeps documents in IndexedDB, which browsers clear last. */
export function indexedDbStore(name = "smart-exam"): Store {
  let opened: Promise<IDBDatabase> | undefined;
  const database = () => {
    opened ??= new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open(name, 1);
      opening.onupgradeneeded = () => void opening.result.createObjectStore(TABLE);
      opening.onsuccess = () => {
        // Browsers close databases of tabs in the background; the next use opens it again.
        opening.result.onclose = () => (opened = undefined);
        resolve(opening.result);
      };
      opening.onerror = () => reject(opening.error);
    });
    opened.catch(() => (opened = undefined));
    return opened;
  };
  const run = async <T>(mode: IDBTransactionMode, work: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const transaction = (await database()).transaction(TABLE, mode);
    const request = work(transaction.objectStore(TABLE));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  };
  return {
    entries: async (prefix) => {
      const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      const keys = await run("readonly", (table) => table.getAllKeys(range));
      return Promise.all(
        keys.map(async (key): Promise<[string, unknown]> => [
          String(key),
          await run("readonly", (table) => table.get(key)),
        ]),
      );
    },
    put: async (key, document) => void (await run("readwrite", (table) => table.put(document, key))),
    delete: async (key) => void (await run("readwrite", (table) => table.delete(key))),
  };
}
