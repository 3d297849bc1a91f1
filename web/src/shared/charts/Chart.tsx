import { useEffect, useRef } from "preact/hooks";

import { language } from "@/shared/i18n/language";
import { theme } from "@/shared/styles/theme";

import type { Picture } from "./picture";

/**
 * A chart as an image with a name; its code is loaded when the first one is shown.
 *
 * The values are in the page as text, too (a table or the summary beside it), since a picture says nothing to whoever
 * cannot see it.
 *
 * @param label its accessible name.
 */
export function Chart(props: { label: string; picture: Picture; tall?: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const key = JSON.stringify(props.picture);
  const looks = `${theme()} ${language.value}`;
  useEffect(() => {
    let erase: (() => void) | undefined;
    let isCurrent = true;
    void import("./draw").then(
      ({ draw }) => {
        if (isCurrent && canvas.current) erase = draw(canvas.current, JSON.parse(key) as Picture);
      },
      // Without the code there is no picture; the values are beside it.
      () => undefined,
    );
    return () => {
      isCurrent = false;
      erase?.();
    };
  }, [key, looks]);
  return (
    <div class={props.tall ? "chart chart--tall" : "chart"}>
      <canvas ref={canvas} role="img" aria-label={props.label} />
    </div>
  );
}
