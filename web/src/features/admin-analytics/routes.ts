import type { ScreenRoute } from "@/shared/screen";

export const routes: readonly ScreenRoute[] = [
  { path: "/app/admin/analytics", load: () => import("./AnalyticsScreen"), access: "admin", layout: "app" },
];
