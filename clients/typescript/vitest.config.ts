import { defineConfig } from "vitest/config";

// A busy machine is slow at random; no test here measures time.
export default defineConfig({ envPrefix: "EXAM_", test: { testTimeout: 60_000 } });
