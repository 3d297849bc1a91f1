import type { ApiError } from "@/shared/api/client";
import { moment } from "@/shared/format/time";

import { fieldInHindi, inHindi } from "./sentences";

type Text = string | ((error: ApiError) => string);

const LATER = (error: ApiError): string => `कृपया ${wait(error)} फिर कोशिश करें।`;
const RELOAD = "कृपया पृष्ठ फिर से खोलें।";
const SIGN_IN = "आपका सत्र समाप्त हो गया है। कृपया फिर से साइन इन करें।";
const TECHNICAL = "ऐप और सर्वर के बीच कुछ गड़बड़ हुई। कृपया पृष्ठ फिर से खोलें।";

/** What the server's errors mean, by their code. Codes without a text here are told in the server's own words. */
export const errorsInHindi: Readonly<Record<string, Text>> = {
  // All routes
  authentication_required: SIGN_IN,
  token_expired_or_invalid: SIGN_IN,
  wrong_role: "आपके खाते को इसकी अनुमति नहीं है।",
  mfa_setup_required: "पहले अपने खाते में दो-चरणीय सत्यापन चालू करें।",
  foreign_origin: TECHNICAL,
  wrong_address: "कृपया ऐप को उसके अपने पते से खोलें।",
  invalid_fields: ({ body }) => {
    const faults = (body.errors ?? []).map((it) => {
      const name = fieldInHindi(it.field);
      return `${name && `${name}: `}${inHindi(it.message) ?? it.message}`;
    });
    return `कृपया ये प्रविष्टियाँ जाँचें: ${faults.join("; ") || body.message}`;
  },
  invalid_cursor: `सूची बदल गई है। ${RELOAD}`,
  invalid_ids: TECHNICAL,
  malformed_json: TECHNICAL,
  malformed_form: TECHNICAL,
  unsupported_media: "इस प्रकार की फ़ाइल नहीं ली जाती।",
  body_too_large: "यह एक बार में भेजने के लिए बहुत बड़ा है।",
  method_not_allowed: TECHNICAL,
  key_reused: TECHNICAL,
  rate_limited: (error) => `बहुत अधिक अनुरोध हुए। ${LATER(error)}`,
  too_fast: (error) => `आप बहुत जल्दी-जल्दी भेज रहे हैं। ${LATER(error)}`,
  unavailable: (error) => `सेवा अभी उपलब्ध नहीं है। ${LATER(error)}`,
  // Signing in and accounts
  credentials_required: "कृपया नाम और पासवर्ड दोनों भरें।",
  invalid_credentials: ({ body }) =>
    `नाम या पासवर्ड सही नहीं है।${attempts(body.attempts_remaining)} अपनी प्रविष्टि जाँचकर फिर कोशिश करें।`,
  sign_in_locked: (error) => `कई बार ग़लत पासवर्ड डाला गया। ${LATER(error)}`,
  too_many_failures: (error) => `आपके नेटवर्क से कई बार साइन इन विफल हुआ। ${LATER(error)}`,
  account_deactivated: "यह खाता बंद कर दिया गया है। कृपया अपने संस्थान से बात करें।",
  sign_up_closed: "खाते संस्थान बनाता है। कृपया वहाँ संपर्क करें।",
  mfa_required: "आपके प्रमाणीकरण ऐप का कोड चाहिए।",
  mfa_code_invalid: "कोड सही नहीं है या पहले इस्तेमाल हो चुका है। अगले कोड से कोशिश करें।",
  mfa_token_invalid: "यह साइन इन पुराना हो गया है। कृपया फिर से शुरू करें।",
  mfa_on: "दो-चरणीय सत्यापन पहले से चालू है।",
  mfa_not_on: "दो-चरणीय सत्यापन चालू नहीं है।",
  mfa_not_begun: "पहले दो-चरणीय सत्यापन की सेटिंग शुरू करें।",
  refresh_token_expired: SIGN_IN,
  refresh_token_invalid: SIGN_IN,
  refresh_token_revoked: SIGN_IN,
  id_token_required: TECHNICAL,
  google_token_invalid: "Google से साइन इन नहीं हो पाया। कृपया फिर कोशिश करें।",
  google_not_configured: "यहाँ Google से साइन इन नहीं किया जा सकता।",
  google_unavailable: "Google से साइन इन अभी उपलब्ध नहीं है। कृपया पासवर्ड से साइन इन करें।",
  link_invalid: "यह लिंक सही नहीं है या पुराना हो चुका है। कृपया नया लिंक मँगाएँ।",
  wrong_password: ({ body }) => `पासवर्ड सही नहीं है।${attempts(body.attempts_remaining)}`,
  not_confirmed: "पुष्टि के लिए DELETE लिखें।",
  account_gone: "यह खाता हटा दिया गया है।",
  no_such_account: "इस नाम और ईमेल का कोई खाता नहीं है।",
  access_changed: `आपकी अनुमतियाँ इस बीच बदल गई हैं। ${RELOAD}`,
  access_not_available: "यह अनुमति आपको नहीं दी जा सकती।",
  request_pending: "आपका एक अनुरोध पहले से प्रतीक्षा में है।",
  request_not_pending: "यह अनुरोध नहीं मिला या उस पर निर्णय हो चुका है।",
  sign_in_again: "यह बदलाव करने के लिए कृपया फिर से साइन इन करें।",
  session_not_found: "यह सत्र अब नहीं है।",
  last_admin: "आख़िरी प्रशासक की भूमिका बदली या खाता हटाया नहीं जा सकता।",
  // Exams and sitting
  exam_not_found: "यह परीक्षा नहीं मिली।",
  not_enrolled: "यह परीक्षा आपके लिए नहीं है।",
  access_code_required: "इस परीक्षा के लिए प्रवेश कोड चाहिए।",
  access_code_wrong: "प्रवेश कोड सही नहीं है।",
  exam_not_started: "यह परीक्षा अभी शुरू नहीं हुई है।",
  exam_ended: "यह परीक्षा समाप्त हो चुकी है।",
  exam_time_over: "इस परीक्षा का समय समाप्त हो गया है।",
  exam_without_questions: "इस परीक्षा में कोई प्रश्न नहीं है।",
  exam_in_progress: "आपकी परीक्षा चल रही है। यह उसके बाद उपलब्ध होगा।",
  attempt_busy: "इस प्रयास में अभी बदलाव हो रहे हैं। कृपया फिर कोशिश करें।",
  no_attempt: "आपका कोई प्रयास नहीं चल रहा है।",
  max_attempts_reached: "आप इस परीक्षा के सभी प्रयास कर चुके हैं।",
  pool_too_small: "एक खंड में उतने प्रश्न नहीं हैं जितने चुने जाने हैं।",
  not_that_section: "अब इस खंड से अगले खंड में नहीं जाया जा सकता।",
  nothing_to_save: "सहेजने के लिए कोई उत्तर नहीं है।",
  stale_revision: "इस बीच दूसरे उपकरण पर नए उत्तर सहेजे गए हैं।",
  too_many_answers: "एक बार में इतने उत्तर नहीं भेजे जा सकते।",
  unknown_question: "यह प्रश्न इस परीक्षा में नहीं है।",
  not_an_answer: "यह उत्तर इस प्रश्न के लिए मान्य नहीं है। संख्या में केवल अंक, ऋण चिह्न और दशमलव बिंदु लिखें।",
  section_closed: "यह खंड बंद है, इसलिए उत्तर नहीं बदला जा सकता।",
  section_full: "इस खंड में जितने उत्तर गिने जाते हैं, उतने दिए जा चुके हैं। पहले कोई उत्तर हटाएँ।",
  answer_locked: "यह उत्तर अब नहीं बदला जा सकता।",
  // Results and discussions
  result_not_found: "यह परिणाम नहीं मिला।",
  result_pending: ({ body }) =>
    typeof body.available_at === "string"
      ? `परिणाम ${moment(body.available_at)} पर उपलब्ध होगा।`
      : "परिणाम अभी जारी नहीं हुआ है।",
  discussion_closed: "इस प्रश्न की चर्चा अभी आपके लिए बंद है।",
  question_not_found: "यह प्रश्न नहीं मिला।",
  comment_not_found: "यह टिप्पणी नहीं मिली।",
  not_your_comment: "यह टिप्पणी आपकी नहीं है।",
  parent_not_found: "जिस टिप्पणी का उत्तर देना है, वह अब नहीं है।",
  parent_of_another_question: "जिस टिप्पणी का उत्तर देना है, वह किसी दूसरे प्रश्न की है।",
  export_too_large: "यह निर्यात के लिए बहुत बड़ा है। कृपया कम चुनें।",
  // Chat and study assistant
  user_not_found: "यह व्यक्ति नहीं मिला।",
  request_not_found: "यह अनुरोध नहीं मिला।",
  not_the_recipient: "यह अनुरोध आपके लिए नहीं था।",
  already_answered: "इस अनुरोध का उत्तर दिया जा चुका है।",
  already_connected: "आप पहले से जुड़े हुए हैं।",
  already_requested: "अनुरोध पहले ही भेजा जा चुका है।",
  oneself: "आप ख़ुद से नहीं जुड़ सकते।",
  not_connected: "आप केवल उन्हीं को जोड़ सकते हैं जिनसे आप जुड़े हैं।",
  connection_not_found: "आप इस व्यक्ति से जुड़े नहीं हैं।",
  blocked: "आप दोनों में से एक ने दूसरे को ब्लॉक किया है, इसलिए यह नहीं हो सकता।",
  too_many_blocked: "आप और लोगों को ब्लॉक नहीं कर सकते।",
  not_a_member: "आप इस बातचीत के सदस्य नहीं हैं।",
  not_the_admin: "यह केवल समूह का एडमिन कर सकता है।",
  member_not_found: "यह व्यक्ति समूह में नहीं है।",
  already_a_member: "यह व्यक्ति पहले से समूह में है।",
  group_full: "यह समूह भर गया है।",
  conversation_full: "यह बातचीत भर गई है।",
  message_not_found: "यह संदेश नहीं मिला।",
  unknown_message: "यह संदेश नहीं मिला।",
  not_the_sender: "यह संदेश आपका नहीं है।",
  unknown_reply: "जिस संदेश का उत्तर देना है, वह इस बातचीत में नहीं है।",
  too_many_discussions: "एक साथ इतनी चर्चाएँ नहीं देखी जा सकतीं।",
  invalid_ticket: TECHNICAL,
  unknown_action: TECHNICAL,
  daily_limit_reached: "आज की सीमा पूरी हो गई है। कृपया कल फिर कोशिश करें।",
  model_not_configured: "अध्ययन सहायक यहाँ उपलब्ध नहीं है।",
  model_unavailable: "अध्ययन सहायक अभी उत्तर नहीं दे रहा है। कृपया फिर कोशिश करें।",
  out_of_time: "इसमें बहुत समय लग गया। कृपया फिर कोशिश करें।",
  // Administration
  student_not_found: "यह विद्यार्थी नहीं मिला।",
  batch_not_found: "यह बैच नहीं मिला।",
  batch_in_use: "यह बैच किसी ऐसी परीक्षा में है जो अभी पूरी नहीं हुई।",
  name_taken: "इस नाम का बैच पहले से है।",
  roll_no_taken: "यह अनुक्रमांक किसी दूसरे का है या किसी का उपयोगकर्ता नाम है।",
  category_not_found: "यह श्रेणी नहीं मिली।",
  category_exists: "इस नाम की श्रेणी पहले से है।",
  category_in_use: "इस श्रेणी में परीक्षाएँ हैं।",
  override_not_found: "यह विशेष छूट नहीं मिली।",
  passage_not_found: "यह गद्यांश नहीं मिला।",
  passage_in_use: "इस गद्यांश के प्रश्न हैं, इसलिए यह हटाया नहीं जा सकता।",
  too_many_passages: "एक परीक्षा में इतने गद्यांश नहीं हो सकते।",
  section_in_use: "जिन खंडों में प्रश्न हैं, वे हटाए नहीं जा सकते।",
  language_in_use: "जिस भाषा को हटाया जा रहा है, उसमें अनुवाद मौजूद हैं।",
  marks_too_fine: "इस परीक्षा के अंक बहुत बारीक भिन्न हैं।",
  unequal_marks: "जहाँ कुछ ही प्रश्न गिने या चुने जाते हैं, वहाँ सभी प्रश्नों के अंक समान होने चाहिए।",
  attempts_used: "ये प्रयास पहले ही इस्तेमाल हो चुके हैं।",
  too_many_attempts: "इतने अतिरिक्त प्रयास नहीं दिए जा सकते।",
  unlimited_attempts: "इस परीक्षा में प्रयासों की कोई सीमा नहीं है।",
  import_refused: "कुछ भी आयात नहीं हुआ, क्योंकि सभी पंक्तियाँ सही नहीं हैं।",
  csv_unreadable: "फ़ाइल UTF-8 में नहीं है, इसलिए पढ़ी नहीं जा सकी।",
  too_many_rows: "फ़ाइल में बहुत अधिक पंक्तियाँ हैं।",
  too_many_exams: "एक बार में इतनी परीक्षाओं में आयात नहीं हो सकता।",
  file_too_large: "फ़ाइल बहुत बड़ी है।",
  file_gone: "फ़ाइल अब नहीं है। कृपया उसे फिर से भेजें।",
  image_too_large: "चित्र बहुत बड़ा है।",
  invalid_image: "यह चित्र पढ़ा नहीं जा सकता।",
  upload_not_found: "यह अपलोड नहीं मिला।",
  job_not_found: "यह कार्य नहीं मिला।",
  unknown_kind: TECHNICAL,
  not_a_pdf: "यह PDF फ़ाइल नहीं है।",
  pdf_broken: "PDF ख़राब है और पढ़ी नहीं जा सकती।",
  pdf_encrypted: "PDF पासवर्ड से सुरक्षित है। पहले सुरक्षा हटाएँ।",
  pdf_no_text: "PDF में कोई पाठ नहीं है।",
  pdf_too_large: "PDF पढ़ने में बहुत समय लगता है। उसे भागों में बाँटकर भेजें।",
  pdf_in_progress: "एक PDF अभी पढ़ी जा रही है। कृपया उसके पूरा होने की प्रतीक्षा करें।",
};

function attempts(remaining: unknown): string {
  return typeof remaining === "number" ? ` ${remaining} प्रयास बचे हैं।` : "";
}

function wait({ retryAfter }: ApiError): string {
  if (retryAfter === undefined || retryAfter < 1) return "थोड़ी देर में";
  if (retryAfter < 90) return `${Math.ceil(retryAfter)} सेकंड बाद`;
  const minutes = Math.ceil(retryAfter / 60);
  return minutes < 90 ? `${minutes} मिनट बाद` : `${Math.ceil(minutes / 60)} घंटे बाद`;
}
