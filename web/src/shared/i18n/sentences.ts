import { wordsInHindi } from "./wordsInHindi";

const FIELDS: Readonly<Record<string, string>> = {
  "": "",
  username: "उपयोगकर्ता नाम",
  email: "ईमेल",
  password: "पासवर्ड",
  new_password: "पासवर्ड",
  current_password: "वर्तमान पासवर्ड",
  first_name: "पहला नाम",
  last_name: "उपनाम",
  name: "नाम",
  code: "कोड",
  message: "संदेश",
  reason: "कारण",
  roll_no: "अनुक्रमांक",
  batch: "बैच",
  batch_ids: "बैच",
  user_ids: "विद्यार्थी",
  date: "तारीख़",
  start_time: "आरंभ का समय",
  opens_at: "आरंभ",
  closes_at: "समाप्ति",
  duration: "अवधि",
  minutes: "मिनट",
  max_attempts: "प्रयास",
  result_mode: "परिणाम",
  category_id: "श्रेणी",
  access_code: "प्रवेश कोड",
  languages: "भाषाएँ",
  sections: "खंड",
  section: "खंड",
  section_id: "खंड",
  passage: "गद्यांश",
  passage_id: "गद्यांश",
  exam_id: "परीक्षा",
  question_text: "प्रश्न",
  question_type: "प्रकार",
  correct_answer: "सही उत्तर",
  positive_marks: "सही उत्तर के अंक",
  negative_marks: "ग़लत उत्तर के अंक",
  tolerance: "छूट",
  image_path: "चित्र",
  option_images: "विकल्पों के चित्र",
  solution: "हल",
  solution_image: "हल का चित्र",
  topic: "विषय",
  difficulty: "कठिनाई",
  tags: "शब्द",
  texts: "अनुवाद",
  status: "स्थिति",
  instructions: "निर्देश",
  audience: "कौन दे सकता है",
  counted_attempt: "कौन-सा प्रयास गिना जाए",
  discussion: "चर्चा",
  allow_chat: "चैट की अनुमति",
  allow_assistant: "अध्ययन सहायक की अनुमति",
  shuffle: "क्रम बदलना",
  marking: "अंकन",
  is_released: "परिणाम जारी",
  released: "परिणाम जारी",
  exam_ids: "परीक्षाएँ",
  students: "विद्यार्थी",
  extra_minutes: "अतिरिक्त मिनट",
  extra_percent: "अतिरिक्त समय, प्रतिशत में",
  role: "भूमिका",
  active: "खाता खुला",
  created: "बने",
  updated: "बदले",
  unchanged: "वैसे ही",
  skipped: "छूटे",
  added: "जोड़े गए",
  changed: "बदले",
  inserted: "जोड़े गए",
  question_ids: "प्रश्न",
  ...Object.fromEntries(
    ["a", "b", "c", "d", "e", "f", "g", "h"].map((it) => [`option_${it}`, `विकल्प ${it.toUpperCase()}`]),
  ),
};

const PLACE = /\\\{\\\}/g;
/** The most specific first: those with the longest fixed text. */
const SENTENCES = Object.entries(wordsInHindi)
  .sort(([one], [other]) => fixed(other).length - fixed(one).length)
  .map(([template, translation]) => ({
    pattern: new RegExp(`^${escaped(template).replace(PLACE, "(.*?)")}$`, "su"),
    translation,
  }));

/** As the server calls them in its sentences. */
const LANGUAGES: Readonly<Record<string, string>> = { English: "अंग्रेज़ी", Hindi: "हिन्दी" };

/** The name of a field, as people know it. */
export function fieldInHindi(name: string): string {
  return FIELDS[name] ?? name;
}

/** A language, or fields by commas with spaces in their names; undefined for anything else. */
function namesInHindi(names: string): string | undefined {
  if (names in LANGUAGES) return LANGUAGES[names];
  const found = names.split(", ").map((name) => FIELDS[name.replaceAll(" ", "_")]);
  return found.every(Boolean) ? found.join(", ") : undefined;
}

/** A sentence of the server in Hindi, with its parts; undefined for one that has no translation. */
export function inHindi(sentence: string): string | undefined {
  for (const { pattern, translation } of SENTENCES) {
    const found = pattern.exec(sentence);
    if (found)
      return filled(
        translation,
        found.slice(1).map((part) => inHindi(part) ?? namesInHindi(part) ?? part),
      );
  }
  return parts(sentence);
}

/** `field: fault; field: fault` */
function parts(sentence: string): string | undefined {
  const found = sentence.split("; ").map((part) => {
    const [, field = "", fault = ""] = /^([\w.[\]]+): (.*)$/s.exec(part) ?? [];
    const translated = fault && inHindi(fault);
    return translated && `${fieldInHindi(field)}: ${translated}`;
  });
  return found.every(Boolean) ? found.join("; ") : undefined;
}

function filled(translation: string, values: readonly string[]): string {
  let next = 0;
  return translation.replace(/\{(\d?)\}/g, (_, place: string) => values[place ? Number(place) - 1 : next++] ?? "");
}

function fixed(template: string): string {
  return template.replaceAll("{}", "");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
