import { isSitting, sourceOf } from "./rules";

/**
 * Serves the app while the network is away: its page, and the files with which an exam is sat. Everything else, answers
 * of the API above all, is the network's.
 */
declare const self: ServiceWorkerGlobalScope;
/** Written by the build: the page's hash, and the names of files, which change with their contents. */
declare const BUILD: { readonly page: string; readonly files: readonly string[] };

const { page, files } = BUILD;
const NAMES = new Set(files);
const CACHE = "app";
/** Milliseconds for which the page is awaited from a network that may be away without the browser knowing. */
const PATIENCE = 4000;

self.addEventListener("install", (event) => event.waitUntil(install().then(takeOver)));
self.addEventListener("activate", (event) => event.waitUntil(tidy().then(() => self.clients.claim())));
self.addEventListener("message", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const source = sourceOf({ method, isPage: mode === "navigate", url }, self.registration.scope, NAMES);
  if (source === "page") event.respondWith(openPage(event.request));
  else if (source === "file") event.respondWith(openFile(event.request));
});

/** Stores what is not there yet. The page must be the one of this build, whose hash it is fetched with. */
async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  const there = new Set((await cache.keys()).map(({ url }) => url));
  const missing = files.map((name) => address(name)).filter((url) => !there.has(url));
  await cache.addAll([...missing, new Request(pageAddress(), { integrity: page, cache: "no-cache" })]);
}

/** A new version waits while an exam is sat in a tab: the old one's files may still be needed. */
async function takeOver(): Promise<void> {
  const { held = [] } = await self.navigator.locks.query();
  if (!isSitting(held)) await self.skipWaiting();
}

/** Deletes files of earlier versions. */
async function tidy(): Promise<void> {
  const cache = await caches.open(CACHE);
  const wanted = new Set([...files.map((name) => address(name)), pageAddress()]);
  const kept = await cache.keys();
  await Promise.all(kept.filter(({ url }) => !wanted.has(url)).map((request) => cache.delete(request)));
}

async function openPage(request: Request): Promise<Response> {
  const asked = fetch(request);
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), PATIENCE));
  const answer = await Promise.race([asked, late]).catch(() => undefined);
  if (answer && answer.status < 500) return answer;
  return (await caches.match(pageAddress())) ?? asked;
}

async function openFile(request: Request): Promise<Response> {
  return (await caches.match(request.url)) ?? fetch(request);
}

function address(name: string): string {
  return new URL(name, self.registration.scope).href;
}

/** Of this build alone: two versions may be there at once. */
function pageAddress(): string {
  return address(`?build=${page.slice("sha256-".length, 24)}`);
}
