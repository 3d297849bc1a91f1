import type { ScreenRoute } from "@/shared/screen";

export const routes: readonly ScreenRoute[] = [
  { path: "/app/assistant", load: () => import("./AssistantScreen"), access: "user", layout: "app" },
];
