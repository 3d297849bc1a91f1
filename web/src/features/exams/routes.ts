import type { ScreenRoute } from "@/shared/screen";

export const routes: readonly ScreenRoute[] = [
  { path: "/app/exams", load: () => import("./ExamsScreen"), access: "user", layout: "app" },
  { path: "/app/exams/:id", load: () => import("./ExamScreen"), access: "user", layout: "app" },
];
