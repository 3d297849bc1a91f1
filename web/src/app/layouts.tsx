import type { ComponentChildren } from "preact";
import { useLocation } from "preact-iso";
import { useEffect, useState } from "preact/hooks";

import { Button } from "@/shared/components/Button";
import { Preferences } from "@/shared/components/Preferences";
import { hasPortal, me, type Portal, signOut } from "@/shared/session/session";
import { useAction } from "@/shared/api/useAction";

import { navigation, otherPortal } from "./navigation";
import { texts } from "./texts";

/** Signed in: a bar with the navigation above the screen. */
export function AppLayout(props: { portal: Portal; children: ComponentChildren }) {
  const text = texts();
  const { path } = useLocation();
  const [isOpen, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  const leaving = useAction(signOut);
  const account = me.value;
  const hasBoth = account && hasPortal(account, "user") && hasPortal(account, "admin");
  const links = [...navigation(props.portal), ...(hasBoth ? [otherPortal(props.portal)] : [])];
  return (
    <div class={`shell shell--${props.portal}`}>
      <a class="skip" href="#content">
        {text.skip}
      </a>
      <header class="bar">
        <Brand />
        <nav aria-label={text.main} id="main-navigation" class={isOpen ? "bar__links bar__links--open" : "bar__links"}>
          {links.map(({ href, name }) => (
            <a key={href} href={href} class="bar__link" aria-current={isWithin(path, href) ? "page" : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <div class="bar__tools">
          <Preferences />
          <Button kind="quiet" onClick={() => leaving.run()} busy={leaving.isBusy}>
            {text.signOut}
          </Button>
          <button
            type="button"
            class="button button--quiet bar__menu"
            aria-expanded={isOpen}
            aria-controls="main-navigation"
            onClick={() => setOpen(!isOpen)}
          >
            {text.menu}
          </button>
        </div>
      </header>
      <main id="content" class="shell__content" tabIndex={-1}>
        {props.children}
      </main>
    </div>
  );
}

/** Signed out: a card in the middle. */
export function CardLayout(props: { children: ComponentChildren }) {
  return (
    <div class="shell shell--card">
      <header class="bar">
        <Brand />
        <div class="bar__tools">
          <Preferences />
        </div>
      </header>
      <main id="content" class="card card--middle">
        {props.children}
      </main>
    </div>
  );
}

function Brand() {
  return (
    <span class="bar__brand">
      <img src="/app/icon.svg" alt="" width="24" height="24" /> <span class="bar__name">{texts().product}</span>
    </span>
  );
}

/** A link is current on its own screen and on those below it. */
function isWithin(path: string, href: string): boolean {
  return path === href || path.startsWith(`${href}/`);
}
