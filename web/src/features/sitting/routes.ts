import type { ScreenRoute } from "@/shared/screen";

export const routes: readonly ScreenRoute[] = [];
