import { useEffect, useId, useState } from "preact/hooks";

import { texts } from "./texts";

const KEYS = ["7", "8", "9", "4", "5", "6", "1", "2", "3", "0", ".", "-"];

/**
 * A number, typed or by the pad beside it.
 *
 * What is typed stays as it is, also while the server refuses it; another device's answer replaces it.
 */
export function NumberAnswer(props: { answer: string; error: string | undefined; onAnswer: (text: string) => void }) {
  const text = texts();
  const id = useId();
  const [typed, setTyped] = useState(props.answer);
  const { answer, error } = props;
  useEffect(() => {
    if (!error) setTyped((before) => (before.trim() === answer ? before : answer));
  }, [answer, error]);
  const change = (value: string): void => {
    setTyped(value);
    props.onAnswer(value.trim());
  };
  const complaint = error ?? (typed.includes(",") ? text.noComma : undefined);
  return (
    <div class="sit-number">
      <div class="field">
        <label class="field__label" for={id}>
          {text.yourAnswer}
        </label>
        <input
          id={id}
          class="input"
          inputMode="decimal"
          autoComplete="off"
          maxLength={40}
          value={typed}
          aria-invalid={complaint ? true : undefined}
          aria-describedby={complaint ? `${id}-error` : undefined}
          onInput={(event) => change(event.currentTarget.value)}
        />
        {complaint ? (
          <div class="field__error" id={`${id}-error`}>
            {complaint}
          </div>
        ) : null}
      </div>
      <div class="sit-keypad" role="group" aria-label={text.keypad}>
        {KEYS.map((key) => (
          <button key={key} type="button" class="sit-keypad__key" onClick={() => change(pressed(typed, key))}>
            {key === "-" ? "+/−" : key}
          </button>
        ))}
        <button
          type="button"
          class="sit-keypad__key sit-keypad__key--wide"
          aria-label={text.backspace}
          onClick={() => change(typed.slice(0, -1))}
        >
          ⌫
        </button>
      </div>
    </div>
  );
}

/** What a key of the pad makes of a number: one sign, one point. */
function pressed(typed: string, key: string): string {
  if (key === "-") return typed.startsWith("-") ? typed.slice(1) : `-${typed}`;
  if (key === "." && typed.includes(".")) return typed;
  return typed + key;
}
