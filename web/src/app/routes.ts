import { routes as account } from "@/features/account/routes";
import { routes as adminAnalytics } from "@/features/admin-analytics/routes";
import { routes as adminExams } from "@/features/admin-exams/routes";
import { routes as adminMining } from "@/features/admin-mining/routes";
import { routes as adminPeople } from "@/features/admin-people/routes";
import { routes as adminRecords } from "@/features/admin-records/routes";
import { routes as adminStudents } from "@/features/admin-students/routes";
import { routes as assistant } from "@/features/assistant/routes";
import { routes as chat } from "@/features/chat/routes";
import { routes as exams } from "@/features/exams/routes";
import { routes as results } from "@/features/results/routes";
import { routes as sitting } from "@/features/sitting/routes";
import type { ScreenRoute } from "@/shared/screen";

/** All screens. The first whose path matches is shown, so `/new` stands before `/:id`. */
export const routes: readonly ScreenRoute[] = [
  ...account,
  ...sitting,
  ...exams,
  ...results,
  ...chat,
  ...assistant,
  ...adminExams,
  ...adminMining,
  ...adminStudents,
  ...adminPeople,
  ...adminRecords,
  ...adminAnalytics,
];
