import type { ScreenRoute } from "@/shared/screen";

const screen = { access: "admin", layout: "app" } as const;

export const routes: readonly ScreenRoute[] = [
  { path: "/app/admin/exams", load: () => import("./ExamsScreen"), ...screen },
  { path: "/app/admin/exams/new", load: () => import("./NewExamScreen"), ...screen },
  { path: "/app/admin/exams/:id", load: () => import("./OverviewScreen"), ...screen },
  { path: "/app/admin/exams/:id/edit", load: () => import("./EditExamScreen"), ...screen },
  { path: "/app/admin/exams/:id/questions", load: () => import("./QuestionsScreen"), ...screen },
  { path: "/app/admin/exams/:id/questions/new", load: () => import("./QuestionScreen"), ...screen },
  { path: "/app/admin/exams/:id/questions/:question", load: () => import("./QuestionScreen"), ...screen },
  { path: "/app/admin/exams/:id/import", load: () => import("./ImportScreen"), ...screen },
  { path: "/app/admin/exams/:id/results", load: () => import("./ResultsScreen"), ...screen },
  { path: "/app/admin/exams/:id/overrides", load: () => import("./OverridesScreen"), ...screen },
];
