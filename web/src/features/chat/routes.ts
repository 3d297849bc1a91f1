import type { ScreenRoute } from "@/shared/screen";

export const routes: readonly ScreenRoute[] = [
  { path: "/app/chat", load: () => import("./ChatScreen"), access: "signed-in", layout: "app" },
];
