import type { ScreenRoute } from "@/shared/screen";

export const routes: readonly ScreenRoute[] = [
  { path: "/app/admin/exams/:id/generate", load: () => import("./GenerateScreen"), access: "admin", layout: "app" },
];
