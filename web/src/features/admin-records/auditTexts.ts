import { messages } from "@/shared/i18n/messages";

const NOUNS: Readonly<Record<string, string>> = {
  access_request: "Access request",
  analytics: "Analytics",
  batch: "Batch",
  category: "Category",
  chat: "Chat",
  exam: "Exam",
  image: "Picture",
  override: "Exception",
  passage: "Passage",
  question: "Question",
  questions: "Questions",
  roster: "Roster",
  student: "Student",
  students: "Students",
  user: "User",
};

const VERBS: Readonly<Record<string, string>> = {
  add_students: "students added",
  add_time: "time added",
  approve: "approved",
  create: "created",
  deactivate: "account closed",
  delete: "deleted",
  deny: "denied",
  first_admin: "first administrator",
  import: "imported",
  reactivate: "account opened",
  rebuild: "counted anew",
  remove_students: "students taken out",
  report: "reported",
  role: "role changed",
  save: "saved",
  set: "set",
  update: "changed",
};

const NOUNS_HINDI: Readonly<Record<string, string>> = {
  access_request: "प्रवेश अनुरोध",
  analytics: "विश्लेषण",
  batch: "बैच",
  category: "श्रेणी",
  chat: "चैट",
  exam: "परीक्षा",
  image: "चित्र",
  override: "अपवाद",
  passage: "गद्यांश",
  question: "प्रश्न",
  questions: "प्रश्न",
  roster: "सूची",
  student: "विद्यार्थी",
  students: "विद्यार्थी",
  user: "उपयोगकर्ता",
};

const VERBS_HINDI: Readonly<Record<string, string>> = {
  add_students: "विद्यार्थी जोड़े गए",
  add_time: "समय बढ़ाया गया",
  approve: "स्वीकृत",
  create: "बनाया गया",
  deactivate: "खाता बंद किया गया",
  delete: "मिटाया गया",
  deny: "अस्वीकृत",
  first_admin: "पहला प्रशासक",
  import: "आयात किया गया",
  reactivate: "खाता खोला गया",
  rebuild: "फिर से गिना गया",
  remove_students: "विद्यार्थी निकाले गए",
  report: "शिकायत",
  role: "भूमिका बदली गई",
  save: "सहेजा गया",
  set: "रखा गया",
  update: "बदला गया",
};

/** The words of the audit log's actions; empty for one that has none. */
export const auditTexts = messages(
  {
    nouns: (noun: string) => NOUNS[noun] ?? "",
    verbs: (verb: string) => VERBS[verb] ?? "",
  },
  {
    nouns: (noun: string) => NOUNS_HINDI[noun] ?? "",
    verbs: (verb: string) => VERBS_HINDI[verb] ?? "",
  },
);
