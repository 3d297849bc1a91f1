/** Milliseconds: a new version that waits for the end of an exam is asked again. */
const ASK = 60_000;

/**
 * Have the browser keep the app, so that it opens without a network. A browser that does not, in a private window for
 * example, shows it from the network alone.
 */
export function keepApp(): void {
  // Typed as always there, and missing where the page is not served securely.
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  workers?.register("/app/sw.js", { scope: "/app/" }).then(
    (registration) => {
      setInterval(() => registration.waiting?.postMessage("take over"), ASK);
      registration.waiting?.postMessage("take over");
    },
    () => undefined,
  );
}
