import { randomId } from "./random.js";
import type { Store } from "./stores.js";

/**
 * Stores one document of this tab beside those of other tabs, under a common prefix.
 *
 * Writes run one at a time, each of the newest document.
 */
export class Journal<Document> {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #key: string;
  readonly #current: () => Document | undefined;
  readonly #onStored: (stored: boolean) => void;
  #writing: Promise<void> | undefined;
  #writeAgain = false;

  /** `current` is the document to store, undefined if there is none; `onStored` hears whether a write succeeded. */
  constructor(store: Store, prefix: string, current: () => Document | undefined, onStored: (stored: boolean) => void) {
    this.#store = store;
    this.#prefix = prefix;
    this.#key = prefix + randomId();
    this.#current = current;
    this.#onStored = onStored;
  }

  /** Stores the current document; resolves when it is stored, or the device refused. */
  write(): Promise<void> {
    if (this.#writing) {
      this.#writeAgain = true;
      return this.#writing;
    }
    this.#writing = this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** The documents of this tab and others; undefined if the device refuses. */
  async read(): Promise<Document[] | undefined> {
    try {
      return (await this.#store.entries(this.#prefix)).map(([, document]) => document as Document);
    } catch {
      this.#onStored(false);
      return undefined;
    }
  }

  /** Deletes the documents of other tabs. */
  dropOthers(): Promise<void> {
    return this.#drop((key) => key !== this.#key);
  }

  /** Deletes all documents. */
  clear(): Promise<void> {
    return this.#drop(() => true);
  }

  async #writeAll(): Promise<void> {
    do {
      this.#writeAgain = false;
      const document = this.#current();
      let stored = true;
      try {
        if (document === undefined) await this.#store.delete(this.#key);
        else await this.#store.put(this.#key, document);
      } catch {
        stored = false;
      }
      this.#onStored(stored);
    } while (this.#writeAgain);
  }

  async #drop(which: (key: string) => boolean): Promise<void> {
    try {
      const keys = (await this.#store.entries(this.#prefix)).map(([key]) => key);
      await Promise.all(keys.filter(which).map((key) => this.#store.delete(key)));
    } catch {
      // Documents of a graded attempt are dropped when they are found again.
    }
  }
}
