import { texts } from "./signInTexts";

export function BackToSignIn() {
  return (
    <p class="small card__foot">
      <a href="/app/login">{texts().haveAccount}</a>
    </p>
  );
}
