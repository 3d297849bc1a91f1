import type { ScreenRoute } from "@/shared/screen";

export const routes: readonly ScreenRoute[] = [
  { path: "/app/login", load: () => import("./LoginScreen"), access: "public", layout: "card" },
  { path: "/app/signup", load: () => import("./SignUpScreen"), access: "public", layout: "card" },
  { path: "/app/forgot-password", load: () => import("./ForgotPasswordScreen"), access: "public", layout: "card" },
  { path: "/app/set-password", load: () => import("./SetPasswordScreen"), access: "public", layout: "card" },
  { path: "/app/request-access", load: () => import("./RequestAccessScreen"), access: "public", layout: "card" },
  { path: "/app/second-factor", load: () => import("./SecondFactorScreen"), access: "signed-in", layout: "app" },
  { path: "/app/account", load: () => import("./AccountScreen"), access: "signed-in", layout: "app" },
];
