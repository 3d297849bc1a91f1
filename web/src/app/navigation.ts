import { messages } from "@/shared/i18n/messages";
import type { Portal } from "@/shared/session/session";

import { routes } from "./routes";

const names = messages(
  {
    exams: "Exams",
    results: "Results",
    chat: "Chat",
    assistant: "Study assistant",
    notifications: "Notifications",
    account: "Account",
    students: "Students",
    administration: "Administration",
    batches: "Batches",
    users: "Users",
    requests: "Access requests",
    attempts: "Attempts",
    categories: "Categories",
    analytics: "Analytics",
    audit: "Audit log",
    jobs: "Jobs",
    studentView: "Student view",
  },
  {
    exams: "परीक्षाएँ",
    results: "परिणाम",
    chat: "चैट",
    assistant: "अध्ययन सहायक",
    notifications: "सूचनाएँ",
    account: "खाता",
    students: "विद्यार्थी",
    administration: "प्रशासन",
    batches: "बैच",
    users: "उपयोगकर्ता",
    requests: "प्रवेश अनुरोध",
    attempts: "प्रयास",
    categories: "श्रेणियाँ",
    analytics: "विश्लेषण",
    audit: "लेखा-परीक्षा",
    jobs: "कार्य",
    studentView: "विद्यार्थी दृश्य",
  },
);

export interface NavigationLink {
  readonly href: string;
  readonly name: string;
}

/** The links of a portal, of screens that exist. */
export function navigation(portal: Portal): readonly NavigationLink[] {
  const text = names();
  const links: readonly NavigationLink[] =
    portal === "admin"
      ? [
          { href: "/app/admin/exams", name: text.exams },
          { href: "/app/admin/students", name: text.students },
          { href: "/app/admin/batches", name: text.batches },
          { href: "/app/admin/users", name: text.users },
          { href: "/app/admin/requests", name: text.requests },
          { href: "/app/admin/attempts", name: text.attempts },
          { href: "/app/admin/categories", name: text.categories },
          { href: "/app/admin/analytics", name: text.analytics },
          { href: "/app/admin/jobs", name: text.jobs },
          { href: "/app/admin/audit", name: text.audit },
          { href: "/app/account", name: text.account },
        ]
      : [
          { href: "/app/exams", name: text.exams },
          { href: "/app/results", name: text.results },
          { href: "/app/chat", name: text.chat },
          { href: "/app/assistant", name: text.assistant },
          { href: "/app/notifications", name: text.notifications },
          { href: "/app/account", name: text.account },
        ];
  return links.filter(({ href }) => routes.some((route) => route.path === href));
}

/** The link to the other portal of an account that has both. */
export function otherPortal(portal: Portal): NavigationLink {
  const text = names();
  return portal === "admin"
    ? { href: "/app/exams", name: text.studentView }
    : { href: "/app/admin/exams", name: text.administration };
}
