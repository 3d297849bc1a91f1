import { defineConfig } from "vitest/config";

export default defineConfig({ envPrefix: "EXAM_" });
