import type { ScreenRoute } from "@/shared/screen";

export const routes: readonly ScreenRoute[] = [
  { path: "/app/exams/:id/sit", load: () => import("./SittingScreen"), access: "user", layout: "bare" },
];
