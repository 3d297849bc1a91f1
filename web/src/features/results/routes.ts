import type { ScreenRoute } from "@/shared/screen";

export const routes: readonly ScreenRoute[] = [
  { path: "/app/results", load: () => import("./ResultsScreen"), access: "user", layout: "app" },
  { path: "/app/results/:id", load: () => import("./ResultScreen"), access: "user", layout: "app" },
  { path: "/app/results/:id/review", load: () => import("./ReviewScreen"), access: "user", layout: "app" },
];
