/**
 * Milliseconds after which a new version that waits is asked to take over. Not at once: this page may be the old version's,
 * shown because the network was slow, and be about to open an exam.
 */
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
    },
    () => undefined,
  );
}
