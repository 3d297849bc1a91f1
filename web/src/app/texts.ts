import { messages } from "@/shared/i18n/messages";

export const texts = messages(
  {
    product: "Exam platform",
    main: "Main",
    menu: "Menu",
    signOut: "Sign out",
    skip: "Skip to content",
    notFound: "Page not found",
    notFoundText: "There is no page at this address.",
    toStart: "To the start page",
    noAccess: "No access",
    noAccessText: "Your account does not have the rights for this page.",
    newVersion: "This page could not be loaded. A new version may have been published.",
    reload: "Reload",
  },
  {
    product: "परीक्षा मंच",
    main: "मुख्य",
    menu: "मेनू",
    signOut: "साइन आउट",
    skip: "सामग्री पर जाएँ",
    notFound: "पृष्ठ नहीं मिला",
    notFoundText: "इस पते पर कोई पृष्ठ नहीं है।",
    toStart: "आरंभ पृष्ठ पर",
    noAccess: "अनुमति नहीं",
    noAccessText: "आपके खाते के पास इस पृष्ठ के अधिकार नहीं हैं।",
    newVersion: "यह पृष्ठ लोड नहीं हो सका। शायद नया संस्करण प्रकाशित हुआ है।",
    reload: "फिर से लोड करें",
  },
);
