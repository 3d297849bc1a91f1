import type { ScreenRoute } from "@/shared/screen";

export const routes: readonly ScreenRoute[] = [
  { path: "/app/admin/students", load: () => import("./StudentsScreen"), access: "admin", layout: "app" },
];
