import { describe, expect, it } from "vitest";

import { isSitting, sourceOf } from "../src/worker/rules";

const SCOPE = "https://exams.test/app/";
const FILES = new Set(["assets/index-1a2b.js"]);
const ask = (path: string, { isPage = false, method = "GET" } = {}) =>
  sourceOf({ method, isPage, url: `https://exams.test${path}` }, SCOPE, FILES);

describe("the service worker", () => {
  it("opens the page for every address of the app", () => {
    expect(ask("/app/exams/7/sit", { isPage: true })).toBe("page");
    expect(ask("/app/", { isPage: true })).toBe("page");
  });

  it("answers with files of its build, and with no others", () => {
    expect(ask("/app/assets/index-1a2b.js")).toBe("file");
    expect(ask("/app/assets/index-9z9z.js")).toBe("network");
    expect(ask("/app/sw.js")).toBe("network");
  });

  it("leaves the API to the network", () => {
    for (const path of ["/exam/7", "/api/auth/me", "/images/a.png", "/result/7"]) expect(ask(path)).toBe("network");
    expect(ask("/api-docs", { isPage: true })).toBe("network");
    expect(ask("/app/exams", { method: "POST", isPage: true })).toBe("network");
  });

  it("knows by the locks of tabs whether an exam is sat", () => {
    expect(isSitting([{ name: "sitting/42/7" }])).toBe(true);
    expect(isSitting([{ name: "other" }, {}])).toBe(false);
  });
});
