import type { ScreenRoute } from "@/shared/screen";

const screen = { access: "admin", layout: "app" } as const;

export const routes: readonly ScreenRoute[] = [
  { path: "/app/admin/batches", load: () => import("./BatchesScreen"), ...screen },
  { path: "/app/admin/batches/:id", load: () => import("./BatchScreen"), ...screen },
  { path: "/app/admin/users", load: () => import("./UsersScreen"), ...screen },
  { path: "/app/admin/requests", load: () => import("./RequestsScreen"), ...screen },
];
