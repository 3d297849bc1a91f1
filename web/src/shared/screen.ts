import type { ComponentType } from "preact";

/** What a screen is given. */
export interface ScreenProps {
  /** The parts of the address that its path names, such as `id`. */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * A screen and its address. A feature lists its own in `routes.ts`; `app/routes.ts` puts them together.
 */
export interface ScreenRoute {
  /** Such as `/app/exams/:id`. */
  readonly path: string;
  /** Loads the screen, and with it the feature's code, when it is first shown. */
  readonly load: () => Promise<{ default: ComponentType<ScreenProps> }>;
  /** Who may see it: everybody, whoever is signed in, or the holders of a portal. */
  readonly access: "public" | "signed-in" | "user" | "admin";
  /** What surrounds it: navigation, a card in the middle of the page, or nothing. */
  readonly layout: "app" | "card" | "bare";
}
