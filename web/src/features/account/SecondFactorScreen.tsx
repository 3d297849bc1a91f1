import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";

import { LinkButton } from "@/shared/components/Button";
import { Page } from "@/shared/components/Page";
import { nextOf } from "@/shared/navigate";

import "./account.css";
import { texts } from "./accountTexts";
import { TwoFactors } from "./TwoFactors";

/** Setting up the second factor that the institute requires, on the way to another screen. */
export default function SecondFactorScreen() {
  const text = texts();
  const { url } = useLocation();
  const [isSetUp, setSetUp] = useState(false);
  const next = nextOf(url) ?? "/app/";
  return (
    <Page title={text.required} lead={text.requiredText}>
      <div class="account">
        <TwoFactors onSetUp={() => setSetUp(true)} />
        {/* Who sits an exam goes on with it even without the factor. */}
        <div>
          <LinkButton href={next}>{isSetUp ? text.goOn : text.later}</LinkButton>
        </div>
      </div>
    </Page>
  );
}
