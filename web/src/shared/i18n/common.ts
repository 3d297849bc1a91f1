import { messages } from "./messages";

/** Texts that many features use. */
export const common = messages(
  {
    loading: "Loading…",
    tryAgain: "Try again",
    signInAgain: "Sign in again",
    setUpSecondFactor: "Set up the second factor",
    noConnection: "The server cannot be reached. Check your connection.",
    somethingWrong: "Something went wrong. Please try again.",
    moreFaults: (n: number) =>
      n === 1
        ? "One more field needs a correction; it is marked."
        : `${n} more fields need a correction; they are marked.`,
    close: "Close",
    cancel: "Cancel",
    save: "Save",
    showMore: "Show more",
    nothingHere: "Nothing here yet.",
    scrolls: (name: string) => `${name}, scrolls sideways`,
    minutes: (n: number) => (n === 1 ? "1 minute" : `${n} minutes`),
  },
  {
    loading: "लोड हो रहा है…",
    tryAgain: "फिर कोशिश करें",
    signInAgain: "फिर से साइन इन करें",
    setUpSecondFactor: "दो-चरणीय सत्यापन चालू करें",
    noConnection: "सर्वर से संपर्क नहीं हो रहा। अपना कनेक्शन जाँचें।",
    somethingWrong: "कुछ गड़बड़ हुई। कृपया फिर कोशिश करें।",
    moreFaults: (n: number) => `${n} और फ़ील्ड में सुधार चाहिए; वे चिह्नित हैं।`,
    close: "बंद करें",
    cancel: "रद्द करें",
    save: "सहेजें",
    showMore: "और दिखाएँ",
    nothingHere: "यहाँ अभी कुछ नहीं है।",
    scrolls: (name: string) => `${name}, दाएँ-बाएँ सरकती है`,
    minutes: (n: number) => `${n} मिनट`,
  },
);
