import { chooseLanguage, language } from "@/shared/i18n/language";
import { messages } from "@/shared/i18n/messages";
import { chooseTheme, theme } from "@/shared/styles/theme";

const texts = messages({ dark: "Dark theme", light: "Light theme" }, { dark: "गहरी थीम", light: "हल्की थीम" });

/** The buttons for the language, named in the other one, and for the theme. */
export function Preferences() {
  const isHindi = language.value === "hi";
  const isDark = theme() === "dark";
  return (
    <>
      <button
        type="button"
        class="button button--quiet"
        lang={isHindi ? "en" : "hi"}
        onClick={() => chooseLanguage(isHindi ? "en" : "hi")}
      >
        {isHindi ? "English" : "हिन्दी"}
      </button>
      <button
        type="button"
        class="button button--quiet button--icon"
        aria-label={isDark ? texts().light : texts().dark}
        onClick={() => chooseTheme(isDark ? "light" : "dark")}
      >
        <svg
          aria-hidden="true"
          width="18"
          height="18"
          viewBox="0 0 24 24"
          fill="none"
          stroke="currentColor"
          stroke-width="2"
          stroke-linecap="round"
          stroke-linejoin="round"
        >
          {isDark ? (
            <>
              <circle cx="12" cy="12" r="4" />
              <path d="M12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4" />
            </>
          ) : (
            <path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z" />
          )}
        </svg>
      </button>
    </>
  );
}
