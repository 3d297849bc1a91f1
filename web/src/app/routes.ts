import { routes as account } from "@/features/account/routes";
import { routes as sitting } from "@/features/sitting/routes";
import type { ScreenRoute } from "@/shared/screen";

/** All screens. The first whose path matches is shown, so `/new` stands before `/:id`. */
export const routes: readonly ScreenRoute[] = [...account, ...sitting];
