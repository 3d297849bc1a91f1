import type { ComponentChildren, InputHTMLAttributes, RefObject } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { serverText } from "@/shared/i18n/serverText";

interface Labelled {
  /** The label, which is the accessible name: no star, no colon. */
  label: string;
  /** What the field belongs to, such as one of several sections: a part of its name that is read out, not shown. */
  of?: string | undefined;
  hint?: ComponentChildren;
  /** What is wrong with the value. */
  error?: string | undefined;
}

interface TextProps extends Labelled {
  value: string;
  onText: (text: string) => void;
  required?: boolean;
  disabled?: boolean;
  placeholder?: string;
  minLength?: number;
  maxLength?: number;
  /** Takes the focus when it appears: where the screen was waiting for just this. */
  focusFirst?: boolean;
  /** The language of what is typed, where it is another one than the app's. */
  lang?: string;
}

interface TextFieldProps extends TextProps {
  type?: "text" | "password" | "email" | "search" | "date" | "time" | "datetime-local" | "number" | "url";
  autoComplete?: string;
  autoCapitalize?: "none" | "words";
  inputMode?: "decimal" | "numeric" | "text";
  min?: string | number;
  max?: string | number;
  step?: string | number;
}

function described(id: string, field: Labelled): string | undefined {
  const ids = [field.hint ? `${id}-hint` : "", field.error ? `${id}-error` : ""].filter(Boolean);
  return ids.length > 0 ? ids.join(" ") : undefined;
}

function useFocus<T extends HTMLElement>(isWanted: boolean): RefObject<T | null> {
  const element = useRef<T | null>(null);
  useEffect(() => {
    if (isWanted) element.current?.focus();
  }, [isWanted]);
  return element;
}

function Frame(props: { id: string; field: Labelled; children: ComponentChildren }) {
  const { id, field } = props;
  return (
    <div class="field">
      <label class="field__label" for={id}>
        {field.label}
        {field.of ? <span class="visually-hidden">, {field.of}</span> : null}
      </label>
      {props.children}
      {field.hint ? (
        <div class="field__hint" id={`${id}-hint`}>
          {field.hint}
        </div>
      ) : null}
      {field.error ? (
        <div class="field__error" id={`${id}-error`}>
          {serverText(field.error)}
        </div>
      ) : null}
    </div>
  );
}

/** A labelled input. */
export function TextField({
  label,
  of,
  hint,
  error,
  onText,
  focusFirst = false,
  type = "text",
  ...rest
}: TextFieldProps) {
  const id = useId();
  const input = useFocus<HTMLInputElement>(focusFirst);
  // Preact's types know which roles each type may have, and so no type that is one of several.
  const attributes = { ...rest, type } as InputHTMLAttributes;
  const field = { label, of, hint, error };
  return (
    <Frame id={id} field={field}>
      <input
        {...attributes}
        ref={input}
        id={id}
        class="input"
        dir="auto"
        aria-describedby={described(id, field)}
        aria-invalid={error ? true : undefined}
        onInput={(event) => onText(event.currentTarget.value)}
      />
    </Frame>
  );
}

/** A labelled text area. */
export function TextArea({
  label,
  of,
  hint,
  error,
  onText,
  focusFirst = false,
  ...rest
}: TextProps & { rows?: number }) {
  const id = useId();
  const input = useFocus<HTMLTextAreaElement>(focusFirst);
  const field = { label, of, hint, error };
  return (
    <Frame id={id} field={field}>
      <textarea
        rows={4}
        {...rest}
        ref={input}
        id={id}
        class="input"
        dir="auto"
        aria-describedby={described(id, field)}
        aria-invalid={error ? true : undefined}
        onInput={(event) => onText(event.currentTarget.value)}
      />
    </Frame>
  );
}

export interface Option {
  readonly value: string;
  readonly text: string;
}

interface SelectProps extends Labelled {
  value: string;
  onChoice: (value: string) => void;
  options: readonly Option[];
  disabled?: boolean;
}

/** A native select with a label. */
export function SelectField({ label, of, hint, error, onChoice, options, value, disabled = false }: SelectProps) {
  const id = useId();
  const field = { label, of, hint, error };
  return (
    <Frame id={id} field={field}>
      <select
        id={id}
        class="input"
        value={value}
        disabled={disabled}
        aria-describedby={described(id, field)}
        aria-invalid={error ? true : undefined}
        onChange={(event) => onChoice(event.currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </Frame>
  );
}

/** A native file input in a field onto which files can be dropped; `onFiles` gets what was chosen or dropped. */
export function FileField(props: Labelled & { accept?: string; multiple?: boolean; onFiles: (files: File[]) => void }) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const over = (event: DragEvent): void => {
    event.preventDefault();
    setOver(true);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const dropped = event.dataTransfer?.files;
    if (!input.current || !dropped || dropped.length === 0) return;
    // The field then shows the name, as it does for a file that was chosen.
    input.current.files = dropped;
    props.onFiles([...dropped]);
  };
  return (
    <div
      class={isOver ? "drop drop--over" : "drop"}
      onDragEnter={over}
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Frame id={id} field={props}>
        <input
          ref={input}
          id={id}
          type="file"
          class="input input--file"
          accept={props.accept}
          multiple={props.multiple ?? false}
          aria-describedby={described(id, props)}
          onChange={(event) => props.onFiles([...(event.currentTarget.files ?? [])])}
        />
      </Frame>
    </div>
  );
}

interface CheckboxProps {
  label: ComponentChildren;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}

export function Checkbox(props: CheckboxProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={props.checked}
        disabled={props.disabled ?? false}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>{props.label}</span>
    </label>
  );
}
