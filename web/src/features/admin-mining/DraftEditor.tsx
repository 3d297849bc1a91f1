import { Button } from "@/shared/components/Button";
import { Checkbox, SelectField, TextArea, TextField } from "@/shared/components/fields";
import { LETTERS, optionField } from "@/shared/format/letters";
import { RichText } from "@/shared/math/RichText";
import { serverText } from "@/shared/i18n/serverText";

import type { Draft } from "./generate";
import { texts } from "./texts";

interface DraftEditorProps {
  number: number;
  draft: Draft;
  isKept: boolean;
  hasPaper: boolean;
  onKeep: (isKept: boolean) => void;
  onShowPage: (page: number) => void;
  onChange: (draft: Draft) => void;
}

/** One question that was read or made, with what is doubtful about it, to correct and to keep or drop. */
export function DraftEditor(props: DraftEditorProps) {
  const text = texts();
  const { draft, number, onChange } = props;
  const heading = `draft-${number}`;
  const page = draft.page ?? undefined;
  const isNumeric = draft.question_type === "NUMERIC";
  const right = new Set(isNumeric ? [] : draft.correct_answer.split(/[,|\s]+/));
  const letters = LETTERS.filter((letter, index) => index < 4 || draft[optionField(letter)]);
  return (
    <article class="card stack" aria-labelledby={heading}>
      <div class="row row--apart">
        <h2 id={heading}>
          {text.question(number)} <span class="badge">{draft.question_type}</span>{" "}
          <span class={draft.verified ? "badge badge--good" : "badge badge--warn"}>
            {draft.verified ? text.verified : text.unverified}
          </span>
        </h2>
        {page === undefined ? null : (
          <span class="row small muted">
            {text.onPage(page)}
            {props.hasPaper ? (
              <Button
                kind="quiet"
                size="small"
                aria-label={text.showPageOf(number)}
                onClick={() => props.onShowPage(page)}
              >
                {text.showPage}
              </Button>
            ) : null}
          </span>
        )}
      </div>
      {draft.model ? <p class="small muted">{text.madeBy(draft.model)}</p> : null}
      {draft.warnings?.map((warning, index) => (
        <p key={index} class="small mining__warning">
          {serverText(warning)}
        </p>
      ))}
      <div class="mining__shown multiline">
        <RichText text={draft.question_text} />
      </div>
      {draft.figure?.image_url ? <img src={draft.figure.image_url} alt={text.figure} /> : null}
      {isNumeric ? null : (
        <ul role="list" class="plain-list">
          {letters
            .filter((letter) => draft[optionField(letter)])
            .map((letter) => (
              <li key={letter} class={right.has(letter) ? "mining__right" : undefined}>
                {letter}. <RichText text={draft[optionField(letter)] ?? ""} />{" "}
                {right.has(letter) ? <span class="badge badge--good">{text.right}</span> : null}
              </li>
            ))}
        </ul>
      )}
      <details>
        <summary>
          {text.key}: {draft.correct_answer || "–"}
        </summary>
        <div class="stack">
          <TextArea
            label={text.text}
            of={text.question(number)}
            value={draft.question_text}
            onText={(words) => onChange({ ...draft, question_text: words })}
          />
          {isNumeric
            ? null
            : letters.map((letter) => (
                <TextField
                  key={letter}
                  label={text.option(letter)}
                  of={text.question(number)}
                  value={draft[optionField(letter)] ?? ""}
                  onText={(words) => onChange({ ...draft, [optionField(letter)]: words })}
                />
              ))}
          <TextField
            label={text.key}
            of={text.question(number)}
            value={draft.correct_answer}
            onText={(key) => onChange({ ...draft, correct_answer: key })}
          />
          <div class="mining__counts">
            <SelectField
              label={text.type}
              of={text.question(number)}
              value={draft.question_type}
              onChoice={(type) => onChange({ ...draft, question_type: type as Draft["question_type"] })}
              options={["MCQ", "MSQ", "NUMERIC"].map((value) => ({ value, text: value }))}
            />
            <TextField
              label={text.positive}
              of={text.question(number)}
              inputMode="decimal"
              value={String(draft.positive_marks)}
              onText={(marks) => onChange({ ...draft, positive_marks: marks as never })}
            />
            <TextField
              label={text.negative}
              of={text.question(number)}
              inputMode="decimal"
              value={String(draft.negative_marks)}
              onText={(marks) => onChange({ ...draft, negative_marks: marks as never })}
            />
            {isNumeric ? (
              <TextField
                label={text.tolerance}
                of={text.question(number)}
                inputMode="decimal"
                value={String(draft.tolerance)}
                onText={(tolerance) => onChange({ ...draft, tolerance: tolerance as never })}
              />
            ) : null}
          </div>
        </div>
      </details>
      <Checkbox label={text.keep(number)} checked={props.isKept} onChange={props.onKeep} />
    </article>
  );
}
