import { useId } from "preact/hooks";
import { serverText } from "@/shared/i18n/serverText";

/** A list of lines under a name, such as the errors of an import; nothing if there are none. */
export function Lines(props: { name: string; lines: readonly string[] }) {
  const id = useId();
  if (props.lines.length === 0) return null;
  return (
    <section>
      <h2 id={id}>{props.name}</h2>
      <ul aria-labelledby={id}>
        {props.lines.map((line, index) => (
          <li key={index}>{serverText(line)}</li>
        ))}
      </ul>
    </section>
  );
}
