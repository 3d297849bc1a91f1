import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";

import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const WORKER = "src/worker/worker.ts";
/** What an exam is sat with; the files of all that they import are kept for times without a network. */
const KEPT = ["index.html", "src/features/sitting/SittingScreen.tsx", "src/shared/math/typeset.ts"];

/** Tells the worker what to keep: the page by its hash, and files by their names, which have one. */
function keptFiles(): Plugin {
  return {
    name: "kept-files",
    enforce: "post",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((output) => output.type === "chunk");
      const files = new Set<string>();
      const add = (chunk: (typeof chunks)[number] | undefined): void => {
        if (!chunk || files.has(chunk.fileName)) return;
        files.add(chunk.fileName);
        chunk.viteMetadata?.importedCss.forEach((name) => files.add(name));
        for (const name of chunk.imports) add(chunks.find(({ fileName }) => fileName === name));
      };
      for (const name of KEPT) {
        const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/${name}`));
        if (!chunk) this.error(`no chunk for ${name}`);
        add(chunk);
      }
      const page = bundle["index.html"];
      const worker = bundle["sw.js"];
      if (page?.type !== "asset" || worker?.type !== "chunk") return this.error("no page or no worker");
      const hash = createHash("sha256").update(page.source).digest("base64");
      const build = JSON.stringify({ page: `sha256-${hash}`, files: [...files].sort() });
      worker.code = worker.code.replaceAll("BUILD", () => build);
    },
  };
}

export default defineConfig({
  base: "/app/",
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [keptFiles()],
  build: {
    target: "es2022",
    // The content security policy forbids inline scripts and data: fonts, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    reportCompressedSize: false,
    rolldownOptions: {
      input: { index: "index.html", sw: WORKER },
      // The worker's address never changes; browsers compare its content.
      output: { entryFileNames: ({ name }) => (name === "sw" ? "sw.js" : "assets/[name]-[hash].js") },
    },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node", restoreMocks: true },
});
