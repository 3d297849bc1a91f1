import { LETTERS } from "@/shared/format/letters";
import { RichText } from "@/shared/math/RichText";

import type { Options, QuestionForm } from "./questionForm";
import { texts } from "./texts";

/** A question as a student will see it, while it is typed. */
export function Preview(props: { form: QuestionForm; hasHindi: boolean }) {
  const text = texts();
  const { form } = props;
  return (
    <section class="card editor__preview" aria-labelledby="preview">
      <h2 id="preview">{text.preview}</h2>
      <Shown form={form} words={form.text} options={form.options} />
      {props.hasHindi && form.hindiText ? (
        <div lang="hi">
          <Shown form={form} words={form.hindiText} options={form.hindiOptions} />
        </div>
      ) : null}
      {form.solution ? (
        <p class="multiline muted">
          {text.solution}: <RichText text={form.solution} />
        </p>
      ) : null}
    </section>
  );
}

function Shown(props: { form: QuestionForm; words: string; options: Options }) {
  const { form, options } = props;
  return (
    <>
      <p class="multiline">
        <RichText text={props.words} />
      </p>
      {form.imageUrl ? <img src={form.imageUrl} alt={texts().pictureOf} /> : null}
      {form.type === "NUMERIC"
        ? null
        : LETTERS.filter((letter) => options[letter].trim() !== "").map((letter) => (
            <div key={letter} class="editor__option">
              <span aria-hidden="true">{form.type === "MCQ" ? "○" : "☐"}</span>
              <span>
                {letter}. <RichText text={options[letter]} />
              </span>
            </div>
          ))}
    </>
  );
}
