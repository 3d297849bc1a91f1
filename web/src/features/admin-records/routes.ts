import type { ScreenRoute } from "@/shared/screen";

const screen = { access: "admin", layout: "app" } as const;

export const routes: readonly ScreenRoute[] = [
  { path: "/app/admin/attempts", load: () => import("./AttemptsScreen"), ...screen },
  { path: "/app/admin/categories", load: () => import("./CategoriesScreen"), ...screen },
  { path: "/app/admin/jobs", load: () => import("./JobsScreen"), ...screen },
  { path: "/app/admin/audit", load: () => import("./AuditScreen"), ...screen },
];
