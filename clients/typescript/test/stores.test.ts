import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";

import { indexedDbStore, localStore, memoryStore, type Store } from "../src/index.js";

function storage(): Storage {
  // Only an object's own keys can be listed, as of a real `Storage`.
  const methods = {
    getItem(this: Record<string, string>, key: string) {
      return this[key] ?? null;
    },
    setItem(this: Record<string, string>, key: string, text: string) {
      this[key] = text;
    },
    removeItem(this: Record<string, string>, key: string) {
      delete this[key];
    },
  };
  return Object.create(methods) as Storage;
}

const stores: [string, () => Store][] = [
  ["memory", memoryStore],
  ["localStorage", () => localStore(storage())],
  ["IndexedDB", () => indexedDbStore("test")],
];

describe.each(stores)("documents in %s", (_, create) => {
  it("are found by the beginning of their keys, replaced, and deleted", async () => {
    const store = create();
    await store.put("sitting/1/7/a", { first: true });
    await store.put("sitting/1/7/b", [1]);
    await store.put("sitting/1/70/a", {});
    await store.put("sitting/1/7/a", { first: false });
    expect(await store.entries("sitting/1/7/")).toEqual([
      ["sitting/1/7/a", { first: false }],
      ["sitting/1/7/b", [1]],
    ]);
    await store.delete("sitting/1/7/a");
    await store.delete("sitting/1/7/never");
    expect((await store.entries("sitting/")).map(([key]) => key)).toEqual(["sitting/1/7/b", "sitting/1/70/a"]);
  });
});

describe("IndexedDB", () => {
  it("keeps documents for the next page", async () => {
    await indexedDbStore("kept").put("a", { it: 1 });
    expect(await indexedDbStore("kept").entries("")).toEqual([["a", { it: 1 }]]);
  });
});
